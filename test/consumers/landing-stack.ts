import type { Admin, Kafka, Producer } from 'kafkajs';
import { Type, type Static, type TSchema } from 'typebox';
import { connectClickHouse, select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { connectKafka, ensureTopics } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { migrate } from '../../platform/clickhouse/migrate.ts';
import { encodeCallEvent, type CallEvent } from '../../schemas/call-event.ts';
import { topicNames, type Replication, type Topics } from '../../schemas/topics.ts';
import { openNamespace, type NamespaceSettings } from '../servers/namespace.ts';
import { until } from '../until.ts';

export const PARTITIONS = 3;

/** Topics and a database of the suite's own, with functions to publish and to query. */
export interface LandingStack {
  readonly settings: NamespaceSettings;
  readonly topics: Topics;
  readonly kafka: Kafka;
  readonly admin: Admin;
  readonly producer: Producer;
  /** Publishes raw values; null is a tombstone. @returns the offset of the first */
  publishBytes(partition: number, values: readonly (Buffer | null)[], key?: string): Promise<number>;
  publish(partition: number, events: readonly CallEvent[]): Promise<number>;
  ask<Schema extends TSchema>(schema: Schema, query: string): Promise<Static<Schema>[]>;
  /** The call topic's next offsets by partition. */
  ends(): Promise<Map<number, number>>;
  /**
   * Waits until the landed ranges reach the call topic's end.
   * @param partitions that it has at least: a broker may not know yet of those that were just added
   */
  untilLanded(partitions?: number): Promise<void>;
  /** Distinct rows of the call events and their credits. */
  figures(): Promise<Static<typeof Figures> | undefined>;
  close(): Promise<void>;
}

const Figures = Type.Object({ calls: Type.Integer(), credits: Type.Integer(), ids: Type.Integer() });
const Covered = Type.Object({ partition: Type.Integer(), last: Type.Integer() });

/** Servers of the suite's own, instead of the run's. */
interface OwnServers {
  readonly variables: Partial<NamespaceSettings>;
  readonly replication?: Replication;
}

export async function openLandingStack(suite: string, own?: OwnServers): Promise<LandingStack> {
  const namespace = openNamespace(suite);
  const settings = { ...namespace.settings, ...own?.variables };
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
  await ensureTopics(kafka, topics, PARTITIONS, own?.replication);
  const client: ClickHouseClient = connectClickHouse(settings, suite);

  const publishBytes: LandingStack['publishBytes'] = async (partition, values, key = 'net-83') => {
    const messages = values.map((value) => ({ partition, key, value }));
    const [answer] = await producer.send({ topic: topics.calls, acks: -1, messages });
    return Number(answer?.baseOffset);
  };
  const ask: LandingStack['ask'] = (schema, query) => select(client, schema, query);
  const ends = async () => {
    const offsets = await admin.fetchTopicOffsets(topics.calls);
    return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
  };
  const untilLanded = async (partitions = 1) => {
    let wanted: ReadonlyMap<number, number> = new Map();
    await until('the brokers know all partitions', async () => {
      wanted = await ends();
      return wanted.size >= partitions;
    });
    await until('everything published has landed', async () => {
      const covered = await ask(
        Covered,
        `SELECT partition, max(last_offset) AS last FROM landed_ranges
         WHERE topic = '${topics.calls}' GROUP BY partition`,
      );
      const last = new Map(covered.map((row) => [row.partition, row.last]));
      // A transaction's marker may be appended after its commit was answered, and land beyond these ends.
      return [...wanted].every(([partition, end]) => end === 0 || (last.get(partition) ?? -1) >= end - 1);
    });
  };
  const FIGURES =
    'SELECT count() AS calls, sum(credits) AS credits, uniqExact(event_id) AS ids FROM call_events FINAL';
  return {
    settings,
    topics,
    kafka,
    admin,
    producer,
    publishBytes,
    publish: (partition, events) => publishBytes(partition, events.map(encodeCallEvent)),
    ask,
    ends,
    untilLanded,
    figures: async () => (await ask(Figures, FIGURES))[0],
    close: async () => {
      await Promise.all([client.close(), admin.disconnect(), producer.disconnect()]);
      await namespace.drop();
    },
  };
}
