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

/** The partition of a record that was assigned to none: it was not sent. */
export const UNASSIGNED = -1;
const NO_ERROR = 0;

/**
 * Compares what was sent with what the brokers acknowledged. That a client library reports success proves nothing:
 * kafkajs 2.2.4 does so for partitions that it skipped (its issue 1303).
 * @param sent the partition of each record
 * @param acknowledged the answers to one request to each broker. After a repeated request they prove nothing: the
 *   records of a partition may have been others then.
 * @throws NotAcknowledgedError where a partition has no acknowledgement, one with an error, or one without an offset
 */
export function compareAcknowledged(
  topic: string,
  sent: Iterable<number>,
  acknowledged: readonly RecordMetadata[],
): LastOffsets {
  const firstOffsets = new Map<number, number>();
  for (const { topicName, partition, errorCode, baseOffset } of acknowledged) {
    const offset = Number(baseOffset ?? -1);
    if (topicName === topic && errorCode === NO_ERROR && offset >= 0) firstOffsets.set(partition, offset);
  }
  const counts = new Map<number, number>();
  for (const partition of sent) counts.set(partition, (counts.get(partition) ?? 0) + 1);

  const lastOffsets = new Map<number, number>();
  const missing: number[] = [];
  for (const [partition, count] of counts) {
    const first = firstOffsets.get(partition);
    if (first === undefined) missing.push(partition);
    else lastOffsets.set(partition, first + count - 1);
  }
  if (missing.length === 0) return lastOffsets;
  const list = missing.toSorted((a, b) => a - b).join(', ');
  throw new NotAcknowledgedError(topic, `missing: partition ${list}, of ${counts.size}`);
}
