import type { Admin } from 'kafkajs';
import type { RetryUntilSuccess } from '../retry.ts';

/**
 * A group's next offsets by partition: all records before them have landed. A partition without a commit gets its
 * earliest offset, because the group starts there.
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
 * Retries until success: brokers may be away, or elect a leader, just when partitions are assigned, and a quiet
 * partition without a known offset would hold back the watermark forever.
 * @param isWanted false once the partitions were assigned again
 * @returns undefined if the value is no longer wanted
 */
export function readUntilKnown<Known>(
  retryUntilSuccess: RetryUntilSuccess,
  read: () => Promise<Known>,
  isWanted: () => boolean,
): Promise<Known | undefined> {
  return retryUntilSuccess('reading the committed offsets', async () => (isWanted() ? read() : undefined));
}
