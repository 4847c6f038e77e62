import { Type } from 'typebox';
import { count } from '../../../cli/table.ts';
import { untilSettled } from '../../../deploy/local/settled.ts';
import { floorTo } from '../../../domain/instants.ts';
import { connectClickHouse, select, type ClickHouseClient } from '../../../platform/clickhouse/connect.ts';
import { migrate } from '../../../platform/clickhouse/migrate.ts';
import { connectKafka } from '../../../platform/kafka/connect.ts';
import { createLogger } from '../../../platform/logging.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';
import { topicNames } from '../../../schemas/topics.ts';
import type { NamespaceSettings } from '../../servers/namespace.ts';
import type { Benchmark, Candidate } from '../benchmark.ts';
import { plan, type Places } from '../plan.ts';
import { insertInterval, typicalOrg } from './history.ts';
import { READ_P99S, readMeanwhile } from './paced-reads.ts';
import { startStack } from './stack.ts';
import { insertSettings, withoutViews } from './store.ts';

interface BackfillSize {
  /** Events that land late. A tenth as many were there before. */
  readonly calls: number;
  readonly orgs: number;
  readonly rounds: number;
}

const SETTLED_WITHIN_MS = 30 * MINUTE_MS;
const TIMING = { sealDelayMs: MINUTE_MS, graceMs: 15 * MINUTE_MS };
const ONCE = 'the same events sealed once';

/** Late events of all organisations: how long after they landed their hours are sealed and their day is closed. */
export const backfill = plan<BackfillSize>(
  {
    full: { calls: 25_000_000, orgs: 10_000, rounds: 1 },
    small: { calls: 200_000, orgs: 10_000, rounds: 1 },
    tiny: { calls: 2_000, orgs: 20, rounds: 1 },
  },
  (places, size) => Promise.resolve([backfillBenchmark(places, size)]),
);

function backfillBenchmark(places: Places, { calls, orgs, rounds }: BackfillSize): Benchmark {
  const earlier = Math.floor(calls / 10);
  const outcomes = new Set<string>();
  /** The first of the 24 hours, the same in both ways: a day that they lie in has another share of them an hour later. */
  let from: number | undefined;

  /** @param isLate whether the hours are sealed and the day is closed before most of the events land */
  const sealing = (name: string, isLate: boolean): Candidate => ({
    name,
    run: async (measure) => {
      const namespace = places.open('bench_backfill');
      const { settings } = namespace;
      await migrate(settings);
      const client = connectClickHouse(settings, 'bench', { requestTimeoutMs: 300_000 });
      await insertSettings(client, orgs);
      const day = (from ??= floorTo(Date.now(), HOUR_MS) - DAY_MS);
      /** The events with these numbers, in the order of time, over the same 24 hours. */
      const insert = (first: number, until: number): Promise<void> =>
        insertInterval(
          client,
          { calls: earlier + calls, orgs },
          { from: day, to: day + DAY_MS, first, calls: until - first },
          (done) => places.progress(`backfill: ${count(first + done)} of ${count(earlier + calls)} events`),
        );
      const settled = (): Promise<void> => untilAllSettled(settings, client);
      const stack = await startStack(settings, ['consumer', 'api']);
      try {
        await withoutViews(client, () => insert(0, earlier));
        if (isLate) {
          await withAggregator(settings, settled);
          await insert(earlier, earlier + calls);
        } else {
          // As if all of them had landed in time: no hour is invalidated.
          await withoutViews(client, () => insert(earlier, earlier + calls));
        }
        await withAggregator(settings, (aggregator) =>
          measure({ API: stack.pidOf('api'), aggregator, ClickHouse: places.clickhousePid }, () =>
            readMeanwhile(stack, typicalOrg({ orgs }), settled),
          ),
        );
        outcomes.add(await figuresOf(client));
        if (outcomes.size > 1) throw new Error(`${name}: other figures: ${[...outcomes].join(' / ')}`);
      } finally {
        await stack.stop();
        await client.close();
        await namespace.drop();
      }
    },
  });

  return {
    name: 'backfill',
    work: `${count(calls)} late events of ${count(orgs)} organisations over 24 hours with ${count(earlier)} earlier ones, until sealed and closed; current usage is read meanwhile`,
    unit: 'event',
    count: calls,
    cpuPer: 1_000_000,
    rounds,
    ours: sealing('late events sealed again', true),
    others: [sealing(ONCE, false)],
    targets: [
      { figure: 'speed', against: ONCE, atLeast: 1 / 2, aim: 1 / 1.2 },
      ...READ_P99S.map((figure) => ({ figure, atLeast: 250, aim: 50 })),
    ],
    close: () => Promise.resolve(),
  };
}

/** Runs an aggregator of its own process for as long as the work takes. @param work gets its pid */
async function withAggregator(
  settings: NamespaceSettings,
  work: (pid: number) => Promise<void>,
): Promise<void> {
  const stack = await startStack(settings, ['aggregator']);
  try {
    await work(stack.pidOf('aggregator'));
  } finally {
    await stack.stop();
  }
}

function untilAllSettled(settings: NamespaceSettings, client: ClickHouseClient): Promise<void> {
  const kafka = connectKafka(settings, 'bench', createLogger('bench', 'fatal'));
  const topics = topicNames(settings.TOPIC_PREFIX);
  return untilSettled({ kafka, client, topics, timing: TIMING, now: Date.now }, SETTLED_WITHIN_MS);
}

const Figures = Type.Object({ calls: Type.Integer(), credits: Type.Integer(), used: Type.Integer() });

/** What must be equal however the events were sealed: the sums of the rollup, and of the last revisions. */
async function figuresOf(client: ClickHouseClient): Promise<string> {
  const rows = await select(
    client,
    Figures,
    `SELECT
       (SELECT sum(calls) FROM usage_15m FINAL) AS calls,
       (SELECT sum(credits) FROM usage_15m FINAL) AS credits,
       (SELECT sum(used) FROM
         (SELECT used FROM daily_charges FINAL ORDER BY revision DESC LIMIT 1 BY org_id, product, day)) AS used`,
  );
  return JSON.stringify(rows);
}
