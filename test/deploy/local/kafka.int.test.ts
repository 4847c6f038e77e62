import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { CompressionTypes, type Kafka } from 'kafkajs';
import { connectKafka } from '../../../deploy/kafka.ts';
import { startKafka } from '../../../deploy/local/kafka.ts';
import { createLogger } from '../../../deploy/logging.ts';
import { runDataDir } from '../../servers/addresses.ts';

const TOPIC = 'kept';

describe('the local Kafka', () => {
  it('keeps its records and its address when it is killed, and creates no topic by itself', async () => {
    const dataDir = mkdtempSync(join(runDataDir(), 'kafka-'));
    let broker = await startKafka({ dataDir });
    const kafka = connectKafka({ KAFKA_BROKERS: broker.brokers }, 'test', createLogger('test', 'fatal'));
    await createTopic(kafka);
    await publish(kafka, 'before');

    broker.kill('SIGKILL');
    await broker.exited;
    broker = await startKafka({ dataDir, port: broker.port });

    await publish(kafka, 'after');
    expect(await ends(kafka)).toEqual([{ partition: 0, offset: '2', low: '0', high: '2' }]);
    const producer = kafka.producer({ retry: { retries: 0 } });
    await producer.connect();
    await expect(producer.send({ topic: 'unknown', messages: [{ value: '' }] })).rejects.toThrow(
      'does not host this topic-partition',
    );
    await producer.disconnect();
    await broker.stop();
  });
});

async function createTopic(kafka: Kafka): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: TOPIC, numPartitions: 1 }], waitForLeaders: true });
  await admin.disconnect();
}

async function publish(kafka: Kafka, value: string): Promise<void> {
  const producer = kafka.producer({ idempotent: true });
  await producer.connect();
  await producer.send({
    topic: TOPIC,
    acks: -1,
    compression: CompressionTypes.GZIP,
    messages: [{ value }],
  });
  await producer.disconnect();
}

async function ends(kafka: Kafka): Promise<unknown> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    return await admin.fetchTopicOffsets(TOPIC);
  } finally {
    await admin.disconnect();
  }
}
