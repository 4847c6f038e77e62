import {
  connectNodes,
  type ClickHouseClient,
  type ClickHouseConfig,
} from '../platform/clickhouse/connect.ts';
import { connectKafka, type KafkaConfig } from '../platform/kafka/connect.ts';
import { RecordReader } from '../platform/kafka/record-reader.ts';
import type { Logger } from '../platform/logging.ts';
import type { Topics } from '../schemas/topics.ts';
import { keptEventsIn } from '../store/retention.ts';
import { formatInstant } from '../domain/instants.ts';
import type { SettingsStore } from '../store/settings/store.ts';
import { BackgroundLoop } from './background-loop.ts';
import { COMPACTION, compactRanges } from './compaction/compact.ts';
import { BUDGET } from './reconciliation/budget.ts';
import { LogSample } from './reconciliation/log-sample.ts';
import type { SampledRecord } from './reconciliation/sampled-record.ts';
import { reconcileStep } from './reconciliation/step.ts';
import { fillBreakdowns } from './sealing/fill-breakdowns.ts';

const COMPACTION_PACE = { pauseMs: 60_000, idlePauseMs: 300_000, restFactor: 5 };
/** After an upgrade; reads one small table once all is filled. */
const FILL_PACE = { pauseMs: 10_000, idlePauseMs: 60_000, restFactor: 1 };
/** A round takes a twentieth of a core. */
const RECONCILIATION_PACE = { pauseMs: 10_000, idlePauseMs: 20_000, restFactor: 20 };
/** Low: a step of reconciliation waits for it, and the next one tries again. */
const KAFKA_RETRIES = 2;

export interface BackgroundWork {
  readonly config: ClickHouseConfig & KafkaConfig;
  readonly client: ClickHouseClient;
  readonly store: SettingsStore;
  readonly topics: Pick<Topics, 'calls' | 'settings' | 'dailyCharges' | 'writerSchemas'>;
  /** Whether this process had the lease in its last tick, and could work. */
  readonly isOurs: () => boolean;
  readonly logger: Logger;
}

/**
 * What the aggregator does beside its ticks: merging landed ranges, filling breakdowns, and reconciliation. None of it
 * holds up a tick.
 */
export function startBackgroundWork({ config, client, store, topics, isOurs, logger }: BackgroundWork): {
  readonly stop: () => Promise<void>;
} {
  const { calls, settings, dailyCharges } = topics;
  const nodes = connectNodes(config, 'api-credits aggregator');
  async function compact(): Promise<boolean> {
    let isAnyMerged = false;
    for (const topic of [calls, dailyCharges, settings])
      isAnyMerged = (await compactRanges(client, nodes, topic, COMPACTION)) || isAnyMerged;
    return isAnyMerged;
  }
  const kafka = connectKafka(config, 'api-credits-aggregator', logger, KAFKA_RETRIES);
  const reader = new RecordReader(kafka);
  const logSample = new LogSample({ client, reader, topics, random: Math.random });
  async function sample(offsets: number): Promise<readonly SampledRecord[]> {
    try {
      return await logSample.read(offsets);
    } catch (error) {
      // What needs no Kafka is checked without it.
      logger.warn({ err: error }, 'records of the call log could not be read again, others are next time');
      return [];
    }
  }
  const readKept = () => keptEventsIn({ client, nodes });
  const reconciler = { client, store, topics, readKept, sample, now: Date.now };
  const reconcile = (): Promise<boolean> => reconcileStep(reconciler, BUDGET);
  async function fill(): Promise<boolean> {
    const until = await fillBreakdowns(client);
    if (until !== undefined) logger.info({ until: formatInstant(until) }, 'breakdowns filled');
    return until !== undefined;
  }
  const loops = [
    new BackgroundLoop('compaction of landed ranges', compact, isOurs, COMPACTION_PACE, logger),
    new BackgroundLoop('filling of breakdowns', fill, isOurs, FILL_PACE, logger),
    new BackgroundLoop('reconciliation', reconcile, isOurs, RECONCILIATION_PACE, logger),
  ];
  for (const loop of loops) loop.start();
  return {
    stop: async () => {
      // A step that waits for Kafka fails at once.
      await Promise.all([reader.close(), ...loops.map((loop) => loop.stop())]);
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}
