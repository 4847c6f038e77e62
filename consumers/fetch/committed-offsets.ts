import type { Admin } from 'kafkajs';
import type { RetryUntilSuccess } from '../retry.ts';

/**
 * A group's next offsets by partition: all records before them have landed. Where the group never committed,
 * the earliest offset, which is where it starts.
 * @param admin connected
 */
export async function readCommitted(
  admin: Admin,
  { groupId, topic }: { readonly groupId: string; readonly topic: string },
): Promise<Map<number, number>> {
  const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const logs = await admin.fetchTopicOffsets(topic);
  const next = new Map(logs.map(({ partition, low }) => [partition, Number(low)]));
  for (const { partition, offset } of committed?.partitions ?? []) {
    if (Number(offset) >= 0) next.set(partition, Number(offset));
  }
  return next;
}

/**
 * Reads until it succeeds: brokers may be away, or elect each other, just when partitions are assigned, and a quiet
 * partition of which nothing is known would hold up what waits for its landing for ever.
 * @param isWanted false once the partitions were assigned anew
 * @returns undefined where it is not wanted any more
 */
export function untilKnown<Known>(
  retryUntilSuccess: RetryUntilSuccess,
  read: () => Promise<Known>,
  isWanted: () => boolean,
): Promise<Known | undefined> {
  return retryUntilSuccess('reading the committed offsets', async () => (isWanted() ? read() : undefined));
}
