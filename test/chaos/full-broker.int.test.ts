import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka } from 'kafkajs';
import { startKafkaCluster, type KafkaCluster } from '../../deploy/local/kafka-cluster.ts';
import { AcknowledgedProducer } from '../../platform/kafka/acknowledged-producer.ts';
import { connectKafka, ensureTopics } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { topicNames } from '../../schemas/topics.ts';
import { readTopic } from '../producers/read-topic.ts';
import { runDataDir } from '../servers/addresses.ts';
import { until } from '../until.ts';
import { readPatiently } from './broker-reads.ts';
import { BrokerFaults } from './brokers.ts';
import { Disks } from './disks.ts';
import type { Fault } from './fault.ts';

const TIMEOUT_MS = 240_000;
const PARTITIONS = 6;
const MORE = 50;
const VALUE_BYTES = 1_000;
const logger = createLogger('test', 'silent');
const { calls } = topicNames();

describe('a broker whose file system is full', () => {
  const disks = new Disks();
  let cluster: KafkaCluster;
  let kafka: Kafka;
  beforeAll(async () => {
    const dataDir = mkdtempSync(join(runDataDir(), 'full-broker-'));
    cluster = await startKafkaCluster(dataDir, { fileSystemOf: disks.mount });
    kafka = connectKafka({ KAFKA_BROKERS: cluster.brokers }, 'test', logger, 2);
    await ensureTopics(kafka, topicNames(), PARTITIONS, { replicationFactor: 3, minInsyncReplicas: 2 });
  }, TIMEOUT_MS);
  afterAll(async () => {
    await cluster?.stop();
    await disks.unmount();
  });

  /** Appends to every partition all the while, each record until it is acknowledged. */
  function appending(over: AbortSignal) {
    const producer = new AcknowledgedProducer(kafka);
    const acknowledged: string[] = [];
    const run = async (): Promise<void> => {
      for (let count = 0; !over.aborted; await sleep(20)) {
        const value = String(count).padEnd(VALUE_BYTES, '.');
        try {
          await producer.sendAcknowledged(calls, [{ key: null, value, partition: count % PARTITIONS }]);
          acknowledged.push(value);
          count += 1;
        } catch {
          await sleep(100);
        }
      }
      await producer.close();
    };
    return { acknowledged, run };
  }

  it(
    'halts while the other two go on, and has everything again once there is room',
    async () => {
      const over = new AbortController();
      const { acknowledged, run } = appending(over.signal);
      const running = run();
      const more = (): Promise<void> => {
        const due = acknowledged.length + MORE;
        return until('more is acknowledged', () => acknowledged.length >= due);
      };
      await more();

      const faults = new BrokerFaults(cluster, disks);
      const inject = (fault: Pick<Fault, 'kind' | 'brokers' | 'forMs'>) =>
        faults.inject({ ...fault, atMs: 0, victim: 'kafka' }, () => undefined);
      const halted = cluster.members[1]?.exited();
      const full = inject({ kind: 'full-broker', forMs: 6_000, brokers: [1] });
      await halted;
      await more();
      // Also where this machine allows no file system of its own: then it was killed.
      expect(await full).toBe(true);
      await more();
      // Each of the others is away once all three are in sync, so what is read then is in the log of the halted one.
      expect(await inject({ kind: 'kill', forMs: 2_000, brokers: [0] })).toBe(true);
      expect(await inject({ kind: 'kill', forMs: 2_000, brokers: [2] })).toBe(true);
      over.abort();
      await running;

      const log = await readPatiently(() => readTopic(kafka, calls));
      const values = new Set(log.map(({ value }) => String(value)));
      expect(acknowledged.length).toBeGreaterThan(3 * MORE);
      expect(acknowledged.filter((value) => !values.has(value))).toEqual([]);
      expect(values.size).toBe(acknowledged.length);
    },
    TIMEOUT_MS,
  );
});
