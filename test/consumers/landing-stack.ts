import type { Admin, Kafka, Producer } from 'kafkajs';
import type { TSchema, Static } from 'typebox';
import { connectClickHouse, select, type ClickHouseClient } from '../../deploy/clickhouse.ts';
import { connectKafka, ensureTopics } from '../../deploy/kafka.ts';
import { createLogger } from '../../deploy/logging.ts';
import { migrate } from '../../deploy/migrate.ts';
import { encodeCallEvent, type CallEvent } from '../../schemas/call-event.ts';
import { topicNames, type Topics } from '../../schemas/topics.ts';
import { openNamespace, type NamespaceSettings } from '../servers/namespace.ts';

export const PARTITIONS = 3;

/** A topic and a database of the suite's own, and what it takes to publish and to look. */
export interface LandingStack {
  readonly settings: NamespaceSettings;
  readonly topics: Topics;
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly producer: Producer;
  /** Values as they are; null is a tombstone. @returns the offset of the first. */
  publishBytes(partition: number, values: readonly (Buffer | null)[], key?: string): Promise<number>;
  publish(partition: number, events: readonly CallEvent[]): Promise<number>;
  ask<Schema extends TSchema>(schema: Schema, query: string): Promise<Static<Schema>[]>;
  close(): Promise<void>;
}

/** @param clickhouseUrl of a server of the suite's own; the run's by default. */
export async function openLandingStack(suite: string, clickhouseUrl?: string): Promise<LandingStack> {
  const namespace = openNamespace(suite);
  const settings = clickhouseUrl
    ? { ...namespace.settings, CLICKHOUSE_URL: clickhouseUrl }
    : namespace.settings;
  const topics = topicNames(settings.TOPIC_PREFIX);
  const kafka = connectKafka(settings, `test-${suite}`, createLogger(suite, 'fatal'));
  const admin = kafka.admin();
  const producer = kafka.producer({
    createPartitioner:
      () =>
      ({ message }) =>
        message.partition ?? 0,
  });
  await Promise.all([migrate(settings), admin.connect(), producer.connect()]);
  await ensureTopics(kafka, topics, PARTITIONS);
  const client: ClickHouseClient = connectClickHouse(settings, suite);

  const publishBytes: LandingStack['publishBytes'] = async (partition, values, key = 'net-83') => {
    const messages = values.map((value) => ({ partition, key, value }));
    const [answer] = await producer.send({ topic: topics.calls, acks: -1, messages });
    return Number(answer?.baseOffset);
  };
  return {
    settings,
    topics,
    kafka,
    admin,
    producer,
    publishBytes,
    publish: (partition, events) => publishBytes(partition, events.map(encodeCallEvent)),
    ask: (schema, query) => select(client, schema, query),
    close: async () => {
      await Promise.all([client.close(), admin.disconnect(), producer.disconnect()]);
      await namespace.drop();
    },
  };
}

/** Polls until the condition holds; the error of the last look is shown when it never did. */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  for (const deadline = performance.now() + timeoutMs; ;) {
    const holds = await condition().catch((error: unknown) => {
      if (performance.now() > deadline) throw error;
      return false;
    });
    if (holds) return;
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
