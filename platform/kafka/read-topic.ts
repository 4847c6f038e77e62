import type { Kafka } from 'kafkajs';
import { recordSetOf } from './kafkajs.ts';
import type { RecordCursor } from './record-cursor.ts';

const LOOK_EVERY_MS = 500;

/** Kafka has not delivered the records before an offset: an open transaction holds them up, or a broker is away. */
export class TopicNotReadError extends Error {
  readonly code = 'TOPIC_NOT_READ';
  constructor(topic: string, next: number, end: number, withinMs: number) {
    super(
      `Kafka delivered nothing of ${topic} from offset ${next} on for ${withinMs / 1000} s, and its end is ${end}: ` +
        'end the transaction that is open there (kafka-transactions.sh), or see to the brokers, and run it again.',
    );
    this.name = 'TopicNotReadError';
  }
}

export interface TopicReading {
  readonly topic: string;
  /** Of a group that nothing else uses; it commits nothing. */
  readonly groupId: string;
  /** The first offset to read, and the one behind the last. */
  readonly start: number;
  readonly end: number;
  /** Also records of open and aborted transactions. */
  readonly readUncommitted: boolean;
  /** How long Kafka may deliver nothing. */
  readonly patienceMs: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/**
 * Reads the one partition of a topic between two offsets, each record once and in order.
 * @param take what the cursor shows is valid until the returned promise resolves; the next record waits for it
 * @throws TopicNotReadError, what `take` throws, Kafka's errors
 */
export async function readTopic(
  kafka: Kafka,
  { topic, groupId, start, end, readUncommitted, patienceMs, now }: TopicReading,
  take: (record: RecordCursor) => Promise<void> | undefined,
): Promise<void> {
  if (start >= end) return;
  const consumer = kafka.consumer({ groupId, allowAutoTopicCreation: false, readUncommitted });
  const done = Promise.withResolvers<undefined>();
  // It may fail before it is waited for.
  done.promise.catch(() => undefined);
  const state = { next: start, movedAtMs: now(), isOver: false };
  const finish = (error?: unknown): void => {
    state.isOver = true;
    if (error === undefined) done.resolve(undefined);
    else done.reject(error);
  };
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    if (!restart) finish(error);
  });
  const watch = setInterval(() => {
    if (now() - state.movedAtMs > patienceMs)
      finish(new TopicNotReadError(topic, state.next, end, patienceMs));
  }, LOOK_EVERY_MS);
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async (payload) => {
        const { batch } = payload;
        const records = recordSetOf(batch).records();
        try {
          // kafkajs starts again at the beginning after an error that it retries: what was taken is passed over.
          while (!state.isOver && records.next() && records.offset < end) {
            if (records.offset < state.next) continue;
            await take(records);
            state.next = records.offset + 1;
            state.movedAtMs = now();
          }
          state.next = Math.max(state.next, Number(batch.lastOffset()) + 1);
          state.movedAtMs = now();
          if (state.next >= end) finish();
        } catch (error) {
          finish(error);
        }
        await payload.heartbeat();
      },
    });
    await done.promise;
  } finally {
    state.isOver = true;
    clearInterval(watch);
    await consumer.disconnect();
  }
}
