import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { startKafkaCluster, type KafkaCluster } from '../../../deploy/local/kafka-cluster.ts';
import { encodeCallEvent } from '../../../schemas/call-event.ts';
import { runDataDir } from '../../servers/addresses.ts';
import { until } from '../../until.ts';
import { killConsumers, startConsumer, type ConsumerProcess } from '../consumer-process.ts';
import { eventOf } from '../event.ts';
import { openLandingStack, PARTITIONS, type LandingStack } from '../landing-stack.ts';

const BATCH = 300;
const START_MS = Date.now();
/** Of the second broker (kafka-cluster.ts). */
const RACK = { KAFKA_RACK: 'rack-2', LOG_LEVEL: 'debug' };

let cluster: KafkaCluster;
let stack: LandingStack;
let consumer: ConsumerProcess;
let published = 0;

beforeAll(async () => {
  cluster = await startKafkaCluster(mkdtempSync(join(runDataDir(), 'racks-')));
  stack = await openLandingStack('cluster', {
    variables: { KAFKA_BROKERS: cluster.brokers },
    replication: { replicationFactor: 3, minInsyncReplicas: 2 },
  });
  consumer = startConsumer({ ...stack.settings, ...RACK });
}, 120_000);
afterAll(async () => {
  await killConsumers();
  await stack.close();
  await cluster.stop();
}, 60_000);

/** Publishes to every partition, and to those that keys choose, and waits until all has landed. */
async function publishAndLand(partitions: number): Promise<void> {
  // A producer of its own knows partitions that were just added.
  const producer = stack.kafka.producer();
  await producer.connect();
  const messages = Array.from({ length: BATCH }, (_, index) => ({
    key: `org-${index}`,
    value: encodeCallEvent(eventOf({ occurred_at: START_MS - index, credits: 1 }, published + index)),
    ...(index % 2 === 0 && { partition: (index / 2) % partitions }),
  }));
  await producer.send({ topic: stack.topics.calls, acks: -1, messages });
  await producer.disconnect();
  published += BATCH;
  await stack.untilLanded(partitions);
}

const everything = () => ({ calls: published, credits: published, ids: published });

/** How often the consumer was sent to the replica in its rack. */
const sentToItsRack = (): number => consumer.log().split('Preferred read replica is now 2').length - 1;

describe('a consumer of three brokers in three racks', () => {
  it('starts without a warning where topics have three replicas, of which two acknowledge', async () => {
    await publishAndLand(PARTITIONS);
    expect(consumer.log()).not.toContain('may lose acknowledged records');
    expect(await stack.figures()).toEqual(everything());
  });

  it('fetches from the replica in its own rack', async () => {
    await until('a leader has sent it there', () => sentToItsRack() > 0);
    await publishAndLand(PARTITIONS);
    expect(await stack.figures()).toEqual(everything());
  });

  it('goes on with the leaders while that broker is gone, and goes back to it', async () => {
    const [, broker] = cluster.members;
    await broker?.kill();
    await publishAndLand(PARTITIONS);
    await broker?.start();
    const before = sentToItsRack();
    await publishAndLand(PARTITIONS);
    await until('a leader has sent it there again', () => sentToItsRack() > before);
    await publishAndLand(PARTITIONS);
    expect(await stack.figures()).toEqual(everything());
  }, 120_000);

  it('lands partitions that are added while it runs, together with another consumer', async () => {
    const other = startConsumer(stack.settings);
    await until('another consumer has joined', () => other.log().includes('partitions assigned'));
    const count = PARTITIONS + 2;
    await stack.admin.createPartitions({ topicPartitions: [{ topic: stack.topics.calls, count }] });
    await publishAndLand(count);
    expect((await stack.ends()).size).toBe(count);
    expect(await stack.figures()).toEqual(everything());
    expect([(await other.stop()).code, (await consumer.stop()).code]).toEqual([0, 0]);
  });
});
