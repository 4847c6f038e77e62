import { randomUUID } from 'node:crypto';
import type { Kafka } from 'kafkajs';
import { recordSetOf } from '../../platform/kafka/kafkajs.ts';

export interface ReadRecord {
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: ReadonlyMap<string, Buffer | null>;
}

/**
 * All records of a topic, by partition and offset, each once.
 * @throws kafkajs's errors, where it has stopped reading too
 */
export async function readTopic(kafka: Kafka, topic: string): Promise<ReadRecord[]> {
  const left = await partitionsWithRecords(kafka, topic);
  const records: ReadRecord[] = [];
  const next = new Map<number, number>();
  if (left.size === 0) return records;
  const consumer = kafka.consumer({ groupId: `test-${randomUUID()}` });
  const done = Promise.withResolvers<void>();
  // It may fail before it is waited for.
  done.promise.catch(() => undefined);
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    if (!restart) done.reject(error);
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        const { partition } = batch;
        const cursor = recordSetOf(batch).records();
        while (cursor.next()) {
          const { offset, timestampMs, key, value } = cursor;
          // After a rebalance kafkajs begins again, for nothing is committed.
          if (offset < (next.get(partition) ?? 0)) continue;
          records.push({ partition, offset, timestampMs, key, value, headers: cursor.headers() });
          next.set(partition, offset + 1);
        }
        if (BigInt(batch.lastOffset()) + 1n >= (left.get(partition) ?? 0n)) left.delete(partition);
        if (left.size === 0) done.resolve();
        return Promise.resolve();
      },
    });
    await done.promise;
  } finally {
    await consumer.disconnect();
  }
  return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** Their end offsets. */
async function partitionsWithRecords(kafka: Kafka, topic: string): Promise<Map<number, bigint>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    return new Map(
      offsets.filter(({ high }) => high !== '0').map(({ partition, high }) => [partition, BigInt(high)]),
    );
  } finally {
    await admin.disconnect();
  }
}
