import type { Admin } from 'kafkajs';

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
