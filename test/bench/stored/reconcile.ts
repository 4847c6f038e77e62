import { Type } from 'typebox';
import { BUDGET } from '../../../aggregator/reconciliation/budget.ts';
import { reconcileStep, type Reconciler } from '../../../aggregator/reconciliation/step.ts';
import { count } from '../../../cli/table.ts';
import { connectClickHouse, connectNodes, select } from '../../../platform/clickhouse/connect.ts';
import { topicNames } from '../../../schemas/topics.ts';
import { readOpenDifferences } from '../../../store/reconciliation/found.ts';
import { readRoundProgress } from '../../../store/reconciliation/round-progress.ts';
import { keptEventsIn } from '../../../store/retention.ts';
import { createSettingsStore } from '../../../store/settings/store.ts';
import type { Benchmark } from '../benchmark.ts';
import { plan, type Places } from '../plan.ts';
import type { HistorySize } from './history.ts';
import { sharedHistory } from './shared-history.ts';
import { HISTORY_SIZES } from './sizes.ts';
import { timed } from './timed.ts';

interface ReconcileSize {
  readonly history: HistorySize;
  /** Of a round, from the newest hours on: all events would take as long as the round itself. */
  readonly steps: number;
}

/** Reconciliation's count of the sealed hours against their events, by the aggregator's code and without its rests. */
export const reconcile = plan<ReconcileSize>(
  {
    full: { history: HISTORY_SIZES.full, steps: 40 },
    small: { history: HISTORY_SIZES.small, steps: 10 },
    tiny: { history: HISTORY_SIZES.tiny, steps: 2 },
  },
  reconcileBenchmarks,
);

const CountRow = Type.Object({ events: Type.Integer() });

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
  const run: Benchmark['ours']['run'] = async (measure) => {
    // The first step begins the round and checks nothing else.
    await reconcileStep(reconciler, BUDGET);
    const before = Date.parse((await readRoundProgress(client)).position);
    await measure({ 'this process': process.pid, ClickHouse: places.clickhousePid }, async () => {
      const latenciesMs = await timed(steps, () => reconcileStep(reconciler, BUDGET));
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
    const found = await readOpenDifferences(client);
    if (found.length > 0) throw new Error(`a difference in what is equal: ${JSON.stringify(found[0])}`);
  };
  return [
    {
      name: 'reconcile: usage',
      work: `${steps} steps of a round over ${count(history.calls)} calls, the newest hours first`,
      unit: 'event',
      count: history.calls,
      cpuPer: 1_000_000,
      rounds: 1,
      ours: { name: 'aggregator', run },
      others: [],
      close: async () => {
        await Promise.all([client, ...nodes].map((each) => each.close()));
      },
    },
  ];
}
