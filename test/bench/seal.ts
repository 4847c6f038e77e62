import { Type, type Static } from 'typebox';
import { sealEndedHours } from '../../aggregator/sealing/seal-hours.ts';
import { sealRunningHour } from '../../aggregator/sealing/seal-running-hour.ts';
import { count } from '../../cli/table.ts';
import { floorTo } from '../../domain/instants.ts';
import { connectClickHouse, select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { BUCKET_MS, HOUR_MS } from '../../schemas/time-units.ts';
import type { Benchmark, Measure, Observed } from './benchmark.ts';
import { cpuSecondsOf } from './cpu.ts';
import { plan, type Places } from './plan.ts';
import { insertBlocks, insertCalls, merged } from './seal-tables.ts';
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

const SEAL_WITHIN_MS = 600_000;
const VIEWS = 'summing views (inexact)';
const Sums = Type.Object({ calls: Type.Integer(), credits: Type.Integer() });
type Sums = Static<typeof Sums>;

async function sealBenchmark(
  { open, clickhousePid }: Places,
  { callsAnHour, orgs, rounds }: SealSize,
): Promise<Benchmark> {
  const opened = open('bench_seal');
  const namespace = opened.settings;
  await migrate(namespace);
  const client = connectClickHouse(namespace, 'bench', { requestTimeoutMs: SEAL_WITHIN_MS });
  const from = floorTo(Date.now(), HOUR_MS) - rounds * HOUR_MS;
  // These hours are over, but they are sealed as if their calls had landed before: nothing is invalidated.
  await client.command({ query: 'DROP VIEW mark_late_events' });
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
    await sealEndedHours(client, hour, 0);
    await measure({ ClickHouse: clickhousePid }, async () => {
      for (let until = hour; until < hour + HOUR_MS; until += BUCKET_MS)
        await sealRunningHour(client, until, 0, 0);
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
    close: async () => {
      await client.close();
      await opened.drop();
    },
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
