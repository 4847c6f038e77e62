import { mkdtempSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Kafka } from 'kafkajs';
import { connectKafka, createTopics, ensureTopics } from '../../platform/kafka/connect.ts';
import { startKafka, type LocalKafka } from '../../deploy/local/kafka.ts';
import { createLogger } from '../../platform/logging.ts';
import { kafkaTransport, type KafkaTransportOptions } from '../../producers/kafka-transport.ts';
import type { Publisher } from '../../producers/publisher-contract.ts';
import { createPublisher, type PublisherOptions } from '../../producers/publisher.ts';
import { fingerprintOf, SINGLE_OBJECT_HEADER_BYTES } from '../../schemas/avro.ts';
import { callEventTypeOf, type CallEvent } from '../../schemas/call-event.ts';
import { topicNames, type Topics } from '../../schemas/topics.ts';
import { runDataDir } from '../servers/addresses.ts';
import { openNamespace, type Namespace } from '../servers/namespace.ts';
import { readTopic } from './read-topic.ts';
import { call, publishUsers, users } from './sample-event.ts';
import { decode } from './scripted-transport.ts';

const PARTITIONS = 4;
const logger = createLogger('test', 'fatal');

interface Place {
  readonly kafka: Kafka;
  readonly topics: Topics;
  readonly brokers: string;
}

async function place(brokers: string, prefix: string): Promise<Place> {
  const kafka = connectKafka({ KAFKA_BROKERS: brokers }, 'test', logger);
  const topics = topicNames(prefix);
  await ensureTopics(kafka, topics, PARTITIONS);
  return { kafka, topics, brokers };
}

function publisherTo(
  { topics, brokers }: Place,
  options: Partial<PublisherOptions> = {},
  transport: Partial<KafkaTransportOptions> = {},
): Publisher {
  return createPublisher({
    transport: kafkaTransport({
      kafka: { KAFKA_BROKERS: brokers },
      topics,
      clientId: 'test',
      logger,
      ...transport,
    }),
    now: Date.now,
    random: randomBytes,
    ...options,
  });
}

const valueOf = ({ value }: { value: Buffer | null }): Buffer => value ?? Buffer.alloc(0);

describe('events published to Kafka', () => {
  let namespace: Namespace;
  let here: Place;
  beforeEach(async () => {
    namespace = openNamespace('publisher');
    here = await place(namespace.settings.KAFKA_BROKERS, namespace.settings.TOPIC_PREFIX);
  });
  afterEach(() => namespace.drop());

  it.each([false, true])(
    'are read with nothing but the writer schema, which is there before them (gzip: %s)',
    async (gzip) => {
      const publisher = publisherTo(here, {}, { gzip });
      const ids = await Promise.all(publishUsers(publisher, 1_000).reports);
      await publisher.close();

      const [schema, ...more] = await readTopic(here.kafka, here.topics.writerSchemas);
      expect(more).toEqual([]);
      const records = await readTopic(here.kafka, here.topics.calls);
      const values = records.map(valueOf);
      expect(new Set(values.map(fingerprintOf))).toEqual(new Set([schema?.key?.toString()]));
      expect(records.every(({ timestampMs }) => timestampMs >= (schema?.timestampMs ?? Infinity))).toBe(true);

      const writer = callEventTypeOf(String(schema?.value));
      const events = values.map((value): CallEvent =>
        writer.fromBuffer(value.subarray(SINGLE_OBJECT_HEADER_BYTES)),
      );
      expect(events.map(({ event_id }) => event_id)).toEqual(ids);
      expect(events[999]).toMatchObject({ ...call({ user_id: 'u999' }), module: '', duration_ms: null });
    },
    30_000,
  );

  it('go to the partition that Kafka’s own clients choose for the org', async () => {
    // Murmur2 of these keys, from Kafka's own test of its partitioner (UtilsTest.testMurmur2).
    const hashes = { 21: -973_932_308, foobar: -790_332_482, abc: 479_470_107 };
    const publisher = publisherTo(here);
    for (const org_id of Object.keys(hashes)) await publisher.publish(call({ org_id }));
    await publisher.close();
    const records = await readTopic(here.kafka, here.topics.calls);
    const partitions = Object.fromEntries(records.map(({ key, partition }) => [String(key), partition]));
    expect(partitions).toEqual(
      // oxlint-disable-next-line no-bitwise
      Object.fromEntries(
        Object.entries(hashes).map(([org, hash]) => [org, (hash & 0x7fffffff) % PARTITIONS]),
      ),
    );
  });

  it('that Kafka finds too large fail alone', async () => {
    // No event is as large as Kafka's default limit, so this topic has a smaller one.
    const topics = topicNames(`${namespace.settings.TOPIC_PREFIX}small.`);
    const admin = here.kafka.admin();
    await admin.connect();
    const configEntries = [{ name: 'max.message.bytes', value: '1000' }];
    await createTopics(admin, [{ topic: topics.calls, numPartitions: PARTITIONS, configEntries }]);
    await admin.disconnect();
    await ensureTopics(here.kafka, topics, PARTITIONS);
    const publisher = publisherTo({ ...here, topics });
    const { reports } = publishUsers(publisher, 3);
    const large = publisher.publish(call({ endpoint: 'x'.repeat(2_000) }));
    const after = publishUsers(publisher, 3, 3);
    await expect(large).rejects.toMatchObject({ code: 'RECORD_REJECTED' });
    await Promise.all([...reports, ...after.reports]);
    await publisher.close();
    const events = (await readTopic(here.kafka, topics.calls)).map((record) => decode(valueOf(record)));
    expect(new Set(users(events))).toEqual(new Set(['u0', 'u1', 'u2', 'u3', 'u4', 'u5']));
    expect(publisher.counters()).toMatchObject({ published: 6, failed: 1, buffered: 0 });
  });
});

describe('a publisher whose broker is killed', () => {
  let dataDir: string;
  let broker: LocalKafka;
  let here: Place;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(runDataDir(), 'publisher-'));
    broker = await startKafka({ dataDir });
    here = await place(broker.brokers, '');
  });
  afterAll(() => broker.stop());

  it('and comes back loses nothing, repeats only under the same id, and keeps every org’s order', async () => {
    const publisher = publisherTo(here, { maxBatchRecords: 500 });
    const orgs = 20;
    const count = 12_000;
    const reports: Promise<string>[] = [];
    const restarted = restartAt(4_000);
    for (let index = 0; index < count; index += 1) {
      await publisher.ready();
      reports.push(publisher.publish(call({ org_id: `org${index % orgs}`, units: index })));
      if (index % 1_000 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await publisher.flush();
    const ids = await Promise.all(reports);
    await restarted;
    await publisher.close();

    const events = (await readTopic(here.kafka, here.topics.calls)).map((record) => decode(valueOf(record)));
    expect(new Set(events.map(({ event_id }) => event_id))).toEqual(new Set(ids));
    for (let org = 0; org < orgs; org += 1) {
      const first = [
        ...new Set(events.filter(({ org_id }) => org_id === `org${org}`).map(({ units }) => units)),
      ];
      expect(first).toEqual(Array.from({ length: count / orgs }, (_, index) => org + index * orgs));
    }

    async function restartAt(published: number): Promise<void> {
      while (publisher.counters().published < published)
        await new Promise((resolve) => setTimeout(resolve, 5));
      broker.kill('SIGKILL');
      await broker.exited;
      // Longer than kafkajs tries by itself.
      await new Promise((resolve) => setTimeout(resolve, 4_000));
      broker = await startKafka({ dataDir, port: broker.port });
    }
  });

  it('fills its spool to the limit, and goes on without a restart when the broker is back', async () => {
    const spool = { directory: mkdtempSync(join(runDataDir(), 'spool-')), maxBytes: 1024 * 1024 };
    const publisher = publisherTo(here, { spool });
    const ids = [await publisher.publish(call())];
    broker.kill('SIGKILL');
    await broker.exited;
    const rejections: unknown[] = [];
    while (rejections.length === 0) {
      const { reports } = publishUsers(publisher, 500);
      for (const outcome of await Promise.allSettled(reports)) {
        if (outcome.status === 'fulfilled') ids.push(outcome.value);
        else rejections.push(outcome.reason.code);
      }
    }
    expect(new Set(rejections)).toEqual(new Set(['SPOOL_FULL']));
    broker = await startKafka({ dataDir, port: broker.port });
    await publisher.ready();
    ids.push(await publisher.publish(call()));
    await publisher.close();
    const events = (await readTopic(here.kafka, here.topics.calls)).map((record) => decode(valueOf(record)));
    const inKafka = new Set(events.map(({ event_id }) => event_id));
    expect(ids.filter((id) => !inKafka.has(id))).toEqual([]);
    expect(publisher.counters()).toMatchObject({ published: ids.length, failed: 0, buffered: 0 });
  });

  it('for good says at close() how many events are not delivered', async () => {
    const publisher = publisherTo(here);
    await publisher.publish(call());
    await broker.stop();
    publishUsers(publisher, 5);
    const started = performance.now();
    await expect(publisher.close(500)).rejects.toMatchObject({ code: 'UNDELIVERED', count: 5 });
    // By default it would wait 30 s.
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
