import { Type, type Static } from 'typebox';
import { sealEndedHours } from '../../aggregator/sealing/seal-hours.ts';
import { count } from '../../cli/table.ts';
import { until } from '../../deploy/local/until.ts';
import { floorTo } from '../../domain/instants.ts';
import { connectClickHouse, select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import type { Benchmark, Measure, Observed } from './benchmark.ts';
import { cpuSecondsOf } from './cpu.ts';
import { plan, type Places } from './plan.ts';
import { CALL_COLUMNS, callsSql } from './stored/calls-sql.ts';
import { createSummingViews } from './summing-views.ts';

interface SealSize {
  readonly callsAnHour: number;
  readonly orgs: number;
  /** Each seals another hour. */
  readonly rounds: number;
}

/** Sealing an hour of all organisations, against sums that views add to at every insert. */
export const seal = plan<SealSize>(
  {
    full: { callsAnHour: 2_000_000, orgs: 10_000, rounds: 3 },
    small: { callsAnHour: 200_000, orgs: 10_000, rounds: 2 },
    tiny: { callsAnHour: 2_000, orgs: 100, rounds: 1 },
  },
  async (places, size) => [await sealBenchmark(places, size)],
);

/** As many rows as the consumer inserts at once. */
const ROWS_PER_INSERT = 50_000;
const MERGED_WITHIN_MS = 120_000;
const SEAL_WITHIN_MS = 600_000;
const VIEWS = 'summing views (inexact)';
const Sums = Type.Object({ calls: Type.Integer(), credits: Type.Integer() });
type Sums = Static<typeof Sums>;

async function sealBenchmark(
  { open, clickhousePid }: Places,
  { callsAnHour, orgs, rounds }: SealSize,
): Promise<Benchmark> {
  const namespace = open('bench_seal').settings;
  await migrate(namespace);
  const client = connectClickHouse(namespace, 'bench', { requestTimeoutMs: SEAL_WITHIN_MS });
  const from = floorTo(Date.now(), HOUR_MS) - rounds * HOUR_MS;
  await dropViewsOn(client, 'call_events');
  await client.command({
    query:
      'CREATE TABLE source AS call_events ENGINE = MergeTree ORDER BY (toStartOfHour(occurred_at), kafka_offset)',
  });
  await insertCalls(client, { from, rounds, callsAnHour, orgs });
  await client.command({ query: 'CREATE TABLE plain AS call_events' });
  await client.command({ query: 'CREATE TABLE summed AS call_events' });
  await createSummingViews(client, 'summed');
  // Their merges are those of the events, in both ways the same.
  for (const table of ['plain', 'summed']) await client.command({ query: `SYSTEM STOP MERGES ${table}` });
  const hourOf = (round: number): number => from + round * HOUR_MS;
  for (let round = 0; round < rounds; round += 1) await insertBlocks(client, 'call_events', hourOf(round));
  await merged(client);
  let sealed = 0;
  let summed = 0;

  async function sealHour(measure: Measure): Promise<void> {
    const hour = hourOf(sealed++);
    await measure({ ClickHouse: clickhousePid }, async () => {
      await sealEndedHours(client, hour + HOUR_MS, 0);
      await merged(client);
    });
    const [exact, rollup] = [await sumsOf(client, EVENTS, hour), await sumsOf(client, SEALED, hour)];
    if (JSON.stringify(exact) !== JSON.stringify(rollup))
      throw new Error(`An hour of ${JSON.stringify(exact)} was sealed as ${JSON.stringify(rollup)}.`);
  }

  const cpu = (): number | undefined => cpuSecondsOf(clickhousePid);
  /** What the views add to the inserts of the same blocks: the CPU of the inserts without them is taken off. */
  async function sumAtInsert(measure: Measure): Promise<void> {
    const hour = hourOf(summed++);
    await measure({}, async (): Promise<Observed> => {
      const [startedAt, before] = [performance.now(), cpu()];
      await insertBlocks(client, 'plain', hour);
      const [plainAt, plain] = [performance.now(), cpu()];
      await insertBlocks(client, 'summed', hour);
      await merged(client);
      const [endedAt, after] = [performance.now(), cpu()];
      const seconds = (endedAt - plainAt - (plainAt - startedAt)) / 1_000;
      if (before === undefined || plain === undefined || after === undefined) return { seconds };
      return { seconds, cpuSeconds: { ClickHouse: after - plain - (plain - before) } };
    });
    for (const table of ['plain', 'summed']) await client.command({ query: `TRUNCATE TABLE ${table}` });
  }

  return {
    name: 'seal',
    work: `an hour of ${count(callsAnHour)} calls of ${count(orgs)} organisations, with its repeats, until merged`,
    unit: 'call',
    count: callsAnHour,
    cpuPer: 1_000_000,
    rounds,
    // A difference of two times on a shared machine says nothing; CPU does.
    isPaced: true,
    ours: { name: 'seal', run: sealHour },
    others: [{ name: VIEWS, run: sumAtInsert }],
    targets: [{ figure: 'cpu', against: VIEWS, atLeast: 2, aim: 6.67 }],
    close: () => client.close(),
  };
}

const EVENTS = 'SELECT count() AS calls, sum(credits) AS credits FROM call_events FINAL';
const SEALED = 'SELECT sum(calls) AS calls, sum(credits) AS credits FROM usage_15m FINAL';

async function sumsOf(client: ClickHouseClient, sums: string, hour: number): Promise<Sums> {
  const time = sums === EVENTS ? 'occurred_at' : 'bucket';
  const [row] = await select(
    client,
    Sums,
    `${sums} WHERE toStartOfHour(${time}) = toDateTime({hour:UInt32}, 'UTC')`,
    { hour: hour / 1_000 },
  );
  return row ?? { calls: 0, credits: 0 };
}

interface Hours {
  readonly from: number;
  readonly rounds: number;
  readonly callsAnHour: number;
  readonly orgs: number;
}

/** In the order in which they land: those in time, then those that are late or repeated. */
async function insertCalls(
  client: ClickHouseClient,
  { from, rounds, callsAnHour, orgs }: Hours,
): Promise<void> {
  const calls = rounds * callsAnHour;
  for (const pass of ['in time', 'late and repeated'] as const) {
    await client.command({
      query: `INSERT INTO source (${CALL_COLUMNS}) ${callsSql(pass)}`,
      query_params: {
        first: 0,
        calls,
        orgs,
        from,
        span: rounds * HOUR_MS,
        interval_first: 0,
        interval_calls: calls,
        first_offset: pass === 'in time' ? 0 : calls,
      },
    });
  }
}

/** Inserts an hour of the calls as the consumer does, a part for each block. */
async function insertBlocks(client: ClickHouseClient, table: string, hour: number): Promise<void> {
  await client.command({
    query: `INSERT INTO ${table} (${CALL_COLUMNS}) SELECT ${CALL_COLUMNS} FROM source
      WHERE toStartOfHour(occurred_at) = toDateTime({hour:UInt32}, 'UTC') ORDER BY kafka_offset`,
    query_params: { hour: hour / 1_000 },
    clickhouse_settings: {
      max_block_size: String(ROWS_PER_INSERT),
      min_insert_block_size_rows: String(ROWS_PER_INSERT),
      min_insert_block_size_bytes: '0',
      max_insert_threads: '1',
      max_threads: 1,
    },
  });
}

const View = Type.Object({ name: Type.String() });

/** They belong to landing, and take part in neither way. */
async function dropViewsOn(client: ClickHouseClient, table: string): Promise<void> {
  const views = await select(
    client,
    View,
    `SELECT arrayJoin(dependencies_table) AS name FROM system.tables AS tables
     WHERE database = currentDatabase() AND tables.name = {table:String}`,
    { table },
  );
  for (const { name } of views) await client.command({ query: `DROP VIEW ${name}` });
}

const Merges = Type.Object({ running: Type.Integer() });

/** Waits until the merges of this database have ended, for so long at most. */
async function merged(client: ClickHouseClient): Promise<void> {
  const isMerged = async (): Promise<boolean> => {
    const [row] = await select(
      client,
      Merges,
      'SELECT count() AS running FROM system.merges WHERE database = currentDatabase()',
    );
    return row?.running === 0;
  };
  if (!(await until(isMerged, MERGED_WITHIN_MS))) throw new Error('The merges did not end in time.');
}
