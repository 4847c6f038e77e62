import { Type } from 'typebox';
import { writeRollup } from '../../aggregator/sealing/rollup.ts';
import { HOUR_MS } from '../../aggregator/usage/plan.ts';
import { connectClickHouse, select, type ClickHouseClient } from '../../deploy/clickhouse.ts';
import { migrate } from '../../deploy/migrate.ts';
import { projectFile } from '../../schemas/root.ts';
import type { NamespaceSettings } from '../servers/namespace.ts';
import type { Benchmark, Candidate } from './compare.ts';
import type { History } from './history.ts';

const OUR_ORDER = 'ORDER BY (toStartOfHour(occurred_at), org_id,';
const OTHER_ORDER = 'ORDER BY (org_id,';
const ROLLUPS = ['usage_15m', 'usage_15m_by'];

/**
 * Sealing an hour in the middle of the history, against the same statements on a table in the order (org, time).
 * @param settings of the database that holds the history
 * @param otherSettings of one that is made here, with the same events in the other order
 */
export async function sealBenchmark(
  settings: NamespaceSettings,
  otherSettings: NamespaceSettings,
  clickhousePid: number,
  { rounds, ...history }: History & { readonly rounds: number },
): Promise<Benchmark> {
  const ours = connectClickHouse(settings, 'bench');
  const other = connectClickHouse(otherSettings, 'bench');
  await migrate(otherSettings);
  await copyInOtherOrder(other, settings.CLICKHOUSE_DATABASE);
  const hour = history.from + Math.floor(history.hours / 2) * HOUR_MS;
  const sums = new Set<string>();

  const sealingIn = (client: ClickHouseClient, name: string): Candidate => ({
    name,
    run: async (measure) => {
      for (const table of ROLLUPS) await client.command({ query: `TRUNCATE TABLE ${table}` });
      await measure({ ClickHouse: clickhousePid }, () => writeRollup(client, [hour], 'all'));
      sums.add(await rollupSums(client));
      if (sums.size > 1) throw new Error(`${name} sealed other sums: ${[...sums].join(' / ')}`);
    },
  });

  return {
    name: 'seal',
    work: `an hour of ${history.callsAnHour.toLocaleString('en-US')} calls, of ${history.hours} such hours`,
    unit: 'call',
    count: history.callsAnHour,
    cpuPer: 1_000_000,
    rounds,
    ours: sealingIn(ours, 'order (hour, org, time)'),
    other: sealingIn(other, 'order (org, time)'),
    close: async () => {
      await Promise.all([ours.close(), other.close()]);
    },
  };
}

/** The migrated database's call_events is replaced; what reads and what watches it goes by its name. */
async function copyInOtherOrder(client: ClickHouseClient, database: string): Promise<void> {
  const ddl = projectFile('schemas', 'clickhouse', '0001_call_events.sql').replaceAll(/^--.*$/gm, '');
  if (!ddl.includes(OUR_ORDER)) throw new Error(`0001_call_events.sql no longer says ${OUR_ORDER}`);
  await client.command({ query: 'DROP TABLE call_events SYNC' });
  await client.command({ query: ddl.replace(OUR_ORDER, OTHER_ORDER).replace(/;\s*$/, '') });
  await client.command({ query: `INSERT INTO call_events SELECT * FROM ${database}.call_events` });
  await client.command({ query: 'TRUNCATE TABLE dirty_marks' });
}

const Sums = Type.Object({ table: Type.String(), calls: Type.Integer(), credits: Type.Integer() });

/** What both rollups add up to, as a text to compare. */
async function rollupSums(client: ClickHouseClient): Promise<string> {
  const sums = ROLLUPS.map(
    (table) => `SELECT '${table}' AS table, sum(calls) AS calls, sum(credits) AS credits FROM ${table} FINAL`,
  );
  return JSON.stringify(
    await select(client, Sums, `SELECT * FROM (${sums.join(' UNION ALL ')}) ORDER BY table`),
  );
}
