import { Type } from 'typebox';
import { BUDGET } from '../../../aggregator/reconciliation/budget.ts';
import { reconcileStep, type Reconciler } from '../../../aggregator/reconciliation/step.ts';
import { count } from '../../../cli/table.ts';
import {
  connectClickHouse,
  connectNodes,
  select,
  type ClickHouseClient,
} from '../../../platform/clickhouse/connect.ts';
import { topicNames } from '../../../schemas/topics.ts';
import { readOpenDifferences } from '../../../store/reconciliation/found.ts';
import { readRoundProgress, writeRoundProgress } from '../../../store/reconciliation/round-progress.ts';
import { keptEventsIn } from '../../../store/retention.ts';
import { createSettingsStore } from '../../../store/settings/store.ts';
import type { Benchmark } from '../benchmark.ts';
import { plan, type Places } from '../plan.ts';
import { dropClosedDays, storeClosedDays } from './closed-days.ts';
import type { HistorySize } from './history.ts';
import { sharedHistory } from './shared-history.ts';
import { HISTORY_SIZES } from './sizes.ts';
import { timed } from './timed.ts';

interface ReconcileSize {
  readonly history: HistorySize;
  /** Of a round, from the newest hours on: all events would take as long as the round itself. */
  readonly steps: number;
}

/** Reconciliation of sealed hours with their events, and of charges with both, by the aggregator's code and without its rests. */
export const reconcile = plan<ReconcileSize>(
  {
    full: { history: HISTORY_SIZES.full, steps: 40 },
    small: { history: HISTORY_SIZES.small, steps: 10 },
    tiny: { history: HISTORY_SIZES.tiny, steps: 2 },
  },
  reconcileBenchmarks,
);

const CountRow = Type.Object({ events: Type.Integer() });

/** Units of work that are checked in steps, for one benchmark after the other. */
interface Checking {
  readonly client: ClickHouseClient;
  readonly step: () => Promise<unknown>;
  readonly pids: Readonly<Record<string, number>>;
  readonly steps: number;
  readonly calls: string;
}

async function reconcileBenchmarks(
  places: Places,
  { history: size, steps }: ReconcileSize,
): Promise<readonly Benchmark[]> {
  const { namespace, history } = await sharedHistory(places, size);
  const client = connectClickHouse(namespace, 'bench', { requestTimeoutMs: 300_000 });
  const nodes = connectNodes(namespace, 'bench');
  const reconciler: Reconciler = {
    client,
    store: createSettingsStore(client, 'none'),
    topics: topicNames(namespace.TOPIC_PREFIX),
    readKept: () => keptEventsIn({ client, nodes }),
    // ClickHouse made the events itself: Kafka has none of them.
    sample: () => Promise.resolve([]),
    now: Date.now,
  };
  const checking: Checking = {
    client,
    step: () => reconcileStep(reconciler, BUDGET),
    pids: { 'this process': process.pid, ClickHouse: places.clickhousePid },
    steps,
    calls: count(history.calls),
  };
  return [
    ofUsage(checking),
    ofCharges(checking, async () => {
      await Promise.all([client, ...nodes].map((each) => each.close()));
    }),
  ];
}

const ALONE = { rounds: 1, others: [] } as const;

function ofUsage({ client, step, pids, steps, calls }: Checking): Benchmark {
  const run: Benchmark['ours']['run'] = async (measure) => {
    // The first step begins the round and checks nothing else.
    await step();
    const before = Date.parse((await readRoundProgress(client)).position);
    await measure(pids, async () => {
      const latenciesMs = await timed(steps, step);
      const { position, stage } = await readRoundProgress(client);
      const after = stage === 'usage' ? Date.parse(position) : 0;
      const [row] = await select(
        client,
        CountRow,
        `SELECT count() AS events FROM call_events WHERE occurred_at >= fromUnixTimestamp64Milli({after:Int64})
           AND occurred_at < fromUnixTimestamp64Milli({before:Int64})`,
        { after, before },
      );
      return { latenciesMs, count: row?.events ?? 0 };
    });
    await nothingFound(client);
  };
  return {
    ...ALONE,
    name: 'reconcile: usage',
    work: `${steps} steps of a round over ${calls} calls, the newest hours first`,
    unit: 'event',
    count: 1,
    cpuPer: 1_000_000,
    ours: { name: 'aggregator', run },
    close: () => Promise.resolve(),
  };
}

const FEED = 'the feed against all charges';

function ofCharges({ client, step, pids, steps, calls }: Checking, close: () => Promise<void>): Benchmark {
  const run: Benchmark['ours']['run'] = async (measure) => {
    const stored = await storeClosedDays(client);
    const start = async (stage: 'charges' | 'feed') =>
      writeRoundProgress(client, {
        ...(await readRoundProgress(client)),
        stage,
        position: '',
        done: 0,
        total: 0,
      });
    await start('feed');
    const [feedMs = 0] = await timed(1, step);
    await start('charges');
    await measure(pids, async () => {
      const latenciesMs = await timed(steps, step);
      const { done } = await readRoundProgress(client);
      return {
        latenciesMs,
        count: done,
        figures: [
          { name: 'charges', unit: 'revisions', value: stored, better: 'more' },
          { name: FEED, unit: 's', value: feedMs / 1_000, better: 'less' },
        ],
      };
    });
    await nothingFound(client);
    await dropClosedDays(client);
  };
  return {
    ...ALONE,
    name: 'reconcile: charges',
    work: `${steps} steps of a round over the charges of 13 months, with ${calls} calls stored, and the feed`,
    unit: 'organisation',
    count: 1,
    cpuPer: 1_000,
    ours: { name: 'aggregator', run },
    close,
  };
}

async function nothingFound(client: ClickHouseClient): Promise<void> {
  const [found] = await readOpenDifferences(client);
  if (found !== undefined) throw new Error(`a difference in what is equal: ${JSON.stringify(found)}`);
}
