import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  startKafkaCluster,
  type ClusterMember,
  type KafkaCluster,
} from '../../../deploy/local/kafka-cluster.ts';
import { AcknowledgedProducer } from '../../../platform/kafka/acknowledged-producer.ts';
import { connectKafka, ensureTopics } from '../../../platform/kafka/connect.ts';
import { createLogger } from '../../../platform/logging.ts';
import { kafkaTransport } from '../../../producers/kafka-transport.ts';
import { createPublisher } from '../../../producers/publisher.ts';
import { topicNames } from '../../../schemas/topics.ts';
import { readTopic } from '../../producers/read-topic.ts';
import { call } from '../../producers/sample-event.ts';
import { decode } from '../../producers/scripted-transport.ts';
import { runDataDir } from '../../servers/addresses.ts';
import { until } from '../../until.ts';

const PARTITIONS = 12;
const ORGS = 60;
const ACKNOWLEDGED_WITHIN_MS = 60_000;
const logger = createLogger('test', 'silent');
const topics = topicNames();

let cluster: KafkaCluster;
beforeAll(async () => {
  cluster = await startKafkaCluster(mkdtempSync(join(runDataDir(), 'cluster-')));
  const kafka = connectKafka({ KAFKA_BROKERS: cluster.brokers }, 'test', logger);
  await ensureTopics(kafka, topics, PARTITIONS, { replicationFactor: 3, minInsyncReplicas: 2 });
}, 120_000);
afterAll(() => cluster.stop(), 30_000);

/** Publishes calls all the while. */
function publishing(brokers: string, over: AbortSignal) {
  const transport = kafkaTransport({ kafka: { KAFKA_BROKERS: brokers }, topics, clientId: 'test', logger });
  const publisher = createPublisher({ transport, now: Date.now, random: randomBytes, maxBatchRecords: 500 });
  const acknowledged: string[] = [];
  const failures: unknown[] = [];
  const run = async (): Promise<void> => {
    for (let units = 0; !over.aborted; await sleep(10)) {
      await publisher.ready();
      for (let end = units + 20; units < end; units += 1) {
        publisher.publish(call({ org_id: `org${units % ORGS}`, units })).then(
          (id) => acknowledged.push(id),
          (error: unknown) => failures.push(error),
        );
      }
    }
    await publisher.close(ACKNOWLEDGED_WITHIN_MS);
  };
  return { acknowledged, failures, run };
}

/** Appends to a topic of one partition all the while, each record until it is acknowledged. */
function appending(producer: AcknowledgedProducer, topic: string, over: AbortSignal) {
  const acknowledged: { readonly value: string; readonly offset: number | undefined }[] = [];
  const run = async (): Promise<void> => {
    for (let count = 0; !over.aborted; await sleep(20)) {
      const value = `record ${count}`;
      try {
        const offsets = await producer.sendAcknowledged(topic, [{ key: 'org', value }]);
        acknowledged.push({ value, offset: offsets.get(0) });
        count += 1;
      } catch {
        await sleep(100); // again, under the same name
      }
    }
    await producer.close();
  };
  return { acknowledged, run };
}

it('three brokers killed in turn, and two at once, lose nothing that they acknowledged', async () => {
  const kafka = connectKafka({ KAFKA_BROKERS: cluster.brokers }, 'test', logger);
  const over = new AbortController();
  const calls = publishing(cluster.brokers, over.signal);
  const settings = appending(new AcknowledgedProducer(kafka), topics.settings, over.signal);

  const both = Promise.all([calls.run(), settings.run()]);
  const acknowledgeMore = async (): Promise<void> => {
    const before = [calls.acknowledged.length, settings.acknowledged.length] as const;
    await until(
      'more is acknowledged',
      () => calls.acknowledged.length > before[0] + 2_000 && settings.acknowledged.length > before[1] + 10,
      ACKNOWLEDGED_WITHIN_MS,
    );
  };
  const [first, second, third] = cluster.members;
  await acknowledgeMore();
  for (const victims of [[first], [second], [third, first]]) {
    const killed = victims.filter((victim): victim is ClusterMember => victim !== undefined);
    await Promise.all(killed.map((victim) => victim.kill()));
    // One of three may stay away: the other two acknowledge. With one broker left, nothing is acknowledged.
    if (killed.length === 1) await acknowledgeMore();
    else await sleep(2_000);
    await Promise.all(killed.map((victim) => victim.start()));
    await acknowledgeMore();
  }
  over.abort();
  await both;

  const events = (await readTopic(kafka, topics.calls)).map(({ value }) => decode(value ?? Buffer.alloc(0)));
  const ids = new Set(events.map(({ event_id }) => event_id));
  expect(calls.failures).toEqual([]);
  expect(calls.acknowledged.filter((id) => !ids.has(id))).toEqual([]);
  expect(ids.size).toBe(calls.acknowledged.length);
  for (let org = 0; org < ORGS; org += 1) {
    const units = new Set(events.filter(({ org_id }) => org_id === `org${org}`).map((event) => event.units));
    expect([...units]).toEqual([...units].toSorted((a, b) => a - b));
  }

  const log = await readTopic(kafka, topics.settings);
  const valueAt = new Map(log.map(({ offset, value }) => [offset, String(value)]));
  expect(settings.acknowledged.filter(({ value, offset }) => valueAt.get(offset ?? -1) !== value)).toEqual(
    [],
  );
}, 240_000);
