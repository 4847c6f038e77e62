import { count } from '../../cli/table.ts';
import { Type } from 'typebox';
import { writeRollup } from '../../aggregator/sealing/rollup.ts';
import { connectClickHouse, select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { projectFile } from '../../schemas/root.ts';
import type { NamespaceSettings } from '../servers/namespace.ts';
import type { Benchmark, Candidate } from './benchmark.ts';
import { historyBefore, insertHistory, type History, type HistorySize } from './history.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { plan } from './plan.ts';

const OUR_ORDER = 'ORDER BY (toStartOfHour(occurred_at), org_id,';
const OTHER_ORDER = 'ORDER BY (org_id,';
const ROLLUPS = ['usage_15m', 'usage_15m_by'];

export const seal = plan<HistorySize & { readonly rounds: number }>(
  {
    full: { hours: 26, callsAnHour: 200_000, rounds: 5 },
    small: { hours: 6, callsAnHour: 100_000, rounds: 3 },
    tiny: { hours: 3, callsAnHour: 100, rounds: 2 },
  },
  async ({ open, clickhousePid }, { rounds, ...size }) => {
    const both = { ours: open('bench_our_order').settings, other: open('bench_other_order').settings };
    return [await sealBenchmark(both, clickhousePid, { ...historyBefore(Date.now(), size), rounds })];
  },
);

/**
 * Sealing an hour in the middle of the history, against the same statements on a table in the order (org, time). Both
 * tables hold the history in the same parts, which are not merged, so that only their order differs.
 * @param places of the two databases, which are created here
 */
async function sealBenchmark(
  places: { readonly ours: NamespaceSettings; readonly other: NamespaceSettings },
  clickhousePid: number,
  { rounds, ...history }: History & { readonly rounds: number },
): Promise<Benchmark> {
  const ours = await landInOrder(OUR_ORDER, places.ours, history);
  const other = await landInOrder(OTHER_ORDER, places.other, history);
  const hour = history.from + Math.floor(history.hours / 2) * HOUR_MS;
  const sums = new Set<string>();

  const sealingIn = (client: ClickHouseClient, name: string): Candidate => ({
    name,
    run: async (measure) => {
      for (const table of ROLLUPS) await client.command({ query: `TRUNCATE TABLE ${table}` });
      await measure({ ClickHouse: clickhousePid }, () => writeRollup(client, [hour], 'all'));
      sums.add(await rollupSums(client));
      if (sums.size > 1) throw new Error(`${name} sealed different sums: ${[...sums].join(' / ')}`);
    },
  });

  return {
    name: 'seal',
    work: `an hour of ${count(history.callsAnHour)} calls, of ${history.hours} such hours`,
    unit: 'call',
    count: history.callsAnHour,
    cpuPer: 1_000_000,
    rounds,
    ours: sealingIn(ours, 'order (hour, org, time)'),
    others: [sealingIn(other, 'order (org, time)')],
    close: async () => {
      await Promise.all([ours.close(), other.close()]);
    },
  };
}

/** Migrates a database and replaces its call_events by a table in the given order. */
async function landInOrder(
  order: string,
  namespace: NamespaceSettings,
  history: History,
): Promise<ClickHouseClient> {
  await migrate(namespace);
  const client = connectClickHouse(namespace, 'bench');
  const ddl = projectFile('schemas', 'clickhouse', '0001_call_events.sql').replaceAll(/^--.*$/gm, '');
  if (!ddl.includes(OUR_ORDER)) throw new Error(`0001_call_events.sql no longer contains ${OUR_ORDER}`);
  for (const query of [
    // The views on the table take part in no benchmark.
    'DROP VIEW mark_late_events',
    'DROP VIEW note_payloads',
    'DROP TABLE call_events SYNC',
    ddl.replace(OUR_ORDER, order).replace(/;\s*$/, ''),
    'SYSTEM STOP MERGES call_events',
  ]) {
    await client.command({ query });
  }
  await insertHistory(client, history);
  return client;
}

const Sums = Type.Object({ table: Type.String(), calls: Type.Integer(), credits: Type.Integer() });

/** The sums of both rollups, as a text to compare. */
async function rollupSums(client: ClickHouseClient): Promise<string> {
  const sums = ROLLUPS.map(
    (table) => `SELECT '${table}' AS table, sum(calls) AS calls, sum(credits) AS credits FROM ${table} FINAL`,
  );
  return JSON.stringify(
    await select(client, Sums, `SELECT * FROM (${sums.join(' UNION ALL ')}) ORDER BY table`),
  );
}
