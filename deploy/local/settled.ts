import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, Kafka } from 'kafkajs';
import { readBacklog, type Backlog } from '../../store/progress/aggregator-backlog.ts';
import type { Topics } from '../../schemas/topics.ts';
import { readLandedTotals } from '../../store/landing/landed-totals.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { ClosingDelays } from '../../domain/closing/when-to-close.ts';

const POLL_MS = 200;

/** The pipeline did not settle in time: a process is down or far behind. */
export class NotSettledError extends Error {
  readonly code = 'NOT_SETTLED';
  constructor(timeoutMs: number, left: Unsettled) {
    super(
      `Not settled after ${timeoutMs / 1000} s: ${left.notLanded} records not landed, ` +
        `${left.due.hoursToSeal} hours to seal, ${left.due.invalidationsToReseal} invalidations to re-seal, ` +
        `closing ${left.due.closingBehindMs / 1000} s behind. Look into the logs of the consumer and the aggregator.`,
    );
    this.name = 'NotSettledError';
  }
}

export interface Unsettled {
  /** Records of the call topic and of the charges that are in Kafka but not in ClickHouse. */
  readonly notLanded: number;
  readonly due: Backlog;
}

export interface Pipeline {
  readonly kafka: Kafka;
  readonly client: ClickHouseClient;
  readonly topics: Topics;
  readonly timing: ClosingDelays;
  readonly now: () => number;
}

/**
 * Waits until everything in Kafka is queryable and nothing is due for sealing or closing.
 * @param onProgress gets what is left, several times a second
 * @throws NotSettledError after timeoutMs
 */
export async function untilSettled(
  pipeline: Pipeline,
  timeoutMs: number,
  onProgress: (left: Unsettled) => void = () => {},
): Promise<void> {
  const admin = pipeline.kafka.admin();
  await admin.connect();
  try {
    for (const started = pipeline.now(); ; await sleep(POLL_MS)) {
      const left: Unsettled = {
        notLanded:
          (await notLanded(pipeline, admin, pipeline.topics.calls)) +
          (await notLanded(pipeline, admin, pipeline.topics.dailyCharges)),
        due: await readBacklog(pipeline.client, pipeline.topics, pipeline.now(), pipeline.timing),
      };
      const { watermark, hoursToSeal, invalidationsToReseal, closingBehindMs } = left.due;
      // The watermark is 0 until the first consumer has reported: until then it is unknown what is due.
      const isSettled =
        left.notLanded + hoursToSeal + invalidationsToReseal + closingBehindMs === 0 && watermark > 0;
      if (isSettled) return;
      onProgress(left);
      if (pipeline.now() - started > timeoutMs) throw new NotSettledError(timeoutMs, left);
    }
  } finally {
    await admin.disconnect();
  }
}

async function notLanded({ client }: Pipeline, admin: Admin, topic: string): Promise<number> {
  const ends = await admin.fetchTopicOffsets(topic);
  const landed = await readLandedTotals(client, topic);
  const next = new Map(landed.map((row) => [row.partition, row.next]));
  // Records that the topic no longer keeps cannot land.
  const left = ({ partition, low, high }: (typeof ends)[number]): number =>
    Number(high) - Math.max(Number(low), next.get(partition) ?? 0);
  return ends.reduce((sum, end) => sum + left(end), 0);
}
