import {
  connectNodes,
  type ClickHouseClient,
  type ClickHouseConfig,
} from '../platform/clickhouse/connect.ts';
import type { Logger } from '../platform/logging.ts';
import type { Topics } from '../schemas/topics.ts';
import { readKeptEvents } from '../store/retention.ts';
import type { SettingsStore } from '../store/settings/store.ts';
import { BackgroundLoop } from './background-loop.ts';
import { COMPACTION, compactRanges } from './compaction/compact.ts';
import { BUDGET } from './reconciliation/budget.ts';
import { reconcileStep } from './reconciliation/step.ts';

const COMPACTION_PACE = { pauseMs: 60_000, restFactor: 5 };
/** A round takes a twentieth of a core. */
const RECONCILIATION_PACE = { pauseMs: 10_000, restFactor: 20 };

export interface BackgroundWork {
  readonly config: ClickHouseConfig;
  readonly client: ClickHouseClient;
  readonly store: SettingsStore;
  readonly topics: Pick<Topics, 'calls' | 'settings' | 'dailyCharges'>;
  /** Whether this process had the lease in its last tick, and could work. */
  readonly isOurs: () => boolean;
  readonly logger: Logger;
}

/** What the aggregator does beside its ticks: merging landed ranges, and reconciliation. Neither holds up a tick. */
export function startBackgroundWork({ config, client, store, topics, isOurs, logger }: BackgroundWork): {
  readonly stop: () => Promise<void>;
} {
  const { calls, settings, dailyCharges } = topics;
  const nodes = connectNodes(config, 'api-credits aggregator');
  const compact = async (): Promise<void> => {
    for (const topic of [calls, dailyCharges, settings])
      await compactRanges(client, nodes, topic, COMPACTION);
  };
  const reconciler = { client, store, topics, readKept: () => readKeptEvents(config), now: Date.now };
  const reconcile = (): Promise<void> => reconcileStep(reconciler, BUDGET);
  const loops = [
    new BackgroundLoop('compaction of landed ranges', compact, isOurs, COMPACTION_PACE, logger),
    new BackgroundLoop('reconciliation', reconcile, isOurs, RECONCILIATION_PACE, logger),
  ];
  for (const loop of loops) loop.start();
  return {
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop()));
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}
