import type { RecordMetadata } from 'kafkajs';

/** By partition, the offset of the last record that one send appended to it. */
export type LastOffsets = ReadonlyMap<number, number>;

/** The brokers did not acknowledge every record of a send. Any of them may be in the log or not: send all again. */
export class NotAcknowledgedError extends Error {
  readonly code = 'NOT_ACKNOWLEDGED';
  /** @param detail says what is missing */
  constructor(topic: string, detail: string, cause?: unknown) {
    super(`The brokers did not acknowledge every record for ${topic} (${detail}). Send them again.`, {
      cause,
    });
    this.name = 'NotAcknowledgedError';
  }
}

const NO_ERROR = 0;

/** What one request to each broker was to append. */
export interface Sent {
  readonly topic: string;
  readonly records: number;
  /** How many of the records were assigned to each partition. */
  readonly byPartition: ReadonlyMap<number, number>;
}

/**
 * Compares what was sent with what the brokers acknowledged. That a client library reports success proves nothing:
 * kafkajs 2.2.4 does so for partitions that it skipped (its issue 1303).
 * @param acknowledged the answers to the one request to each broker. After a second request they prove nothing: the
 *   records of a partition may have been others then.
 * @throws NotAcknowledgedError where a record was assigned to no partition or to two, or where a partition has no
 *   acknowledgement, one with an error, or one without an offset
 */
export function compareAcknowledged(sent: Sent, acknowledged: readonly RecordMetadata[]): LastOffsets {
  const { topic, records, byPartition } = sent;
  const assigned = [...byPartition.values()].reduce((sum, count) => sum + count, 0);
  if (assigned !== records) {
    throw new NotAcknowledgedError(topic, `${assigned} assignments to partitions for ${records} records`);
  }
  const firstOffsets = new Map<number, number>();
  for (const { topicName, partition, errorCode, baseOffset } of acknowledged) {
    const offset = Number(baseOffset ?? -1);
    if (topicName === topic && errorCode === NO_ERROR && offset >= 0) firstOffsets.set(partition, offset);
  }
  const lastOffsets = new Map<number, number>();
  const missing: number[] = [];
  for (const [partition, count] of byPartition) {
    const first = firstOffsets.get(partition);
    if (first === undefined) missing.push(partition);
    else lastOffsets.set(partition, first + count - 1);
  }
  if (missing.length === 0) return lastOffsets;
  const list = missing.toSorted((a, b) => a - b).join(', ');
  throw new NotAcknowledgedError(topic, `missing: partition ${list}, of ${byPartition.size}`);
}
