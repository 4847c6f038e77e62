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

/** All records of a topic, by partition and offset. */
export async function readTopic(kafka: Kafka, topic: string): Promise<ReadRecord[]> {
  const left = await partitionsWithRecords(kafka, topic);
  const records: ReadRecord[] = [];
  if (left.size === 0) return records;
  const consumer = kafka.consumer({ groupId: `test-${randomUUID()}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        autoCommit: false,
        eachBatch: ({ batch }) => {
          const cursor = recordSetOf(batch).records();
          while (cursor.next()) {
            const { offset, timestampMs, key, value } = cursor;
            const headers = cursor.headers();
            records.push({ partition: batch.partition, offset, timestampMs, key, value, headers });
          }
          if (BigInt(batch.lastOffset()) + 1n >= (left.get(batch.partition) ?? 0n))
            left.delete(batch.partition);
          if (left.size === 0) resolve();
          return Promise.resolve();
        },
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset);
}

/** Their end offsets. */
async function partitionsWithRecords(kafka: Kafka, topic: string): Promise<Map<number, bigint>> {
  const admin = kafka.admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(topic);
  await admin.disconnect();
  return new Map(
    offsets.filter(({ high }) => high !== '0').map(({ partition, high }) => [partition, BigInt(high)]),
  );
}
