import { randomBytes } from 'node:crypto';
import { AcknowledgedProducer } from '../../../../platform/kafka/acknowledged-producer.ts';
import { connectKafka, createTopics } from '../../../../platform/kafka/connect.ts';
import { recordSetOf } from '../../../../platform/kafka/kafkajs.ts';
import { createLogger } from '../../../../platform/logging.ts';
import { openNamespace } from '../../../servers/namespace.ts';
import { until } from '../../../until.ts';

const CODECS = ['gzip', 'snappy', 'lz4', 'zstd'] as const;
const namespace = openNamespace('compression');
afterAll(() => namespace.drop());

/** Text and noise, so that there are literals and matches of every kind and blocks that do not shrink. */
const values = Array.from({ length: 60 }, (_, index) => {
  const text = `{"endpoint":"/leads/{id}","user":"u${index % 7}","note":"${'ab'.repeat(index)}"}`;
  return Buffer.concat([
    Buffer.from(text.repeat(30)),
    randomBytes(index * 40),
    Buffer.alloc(index * 100, 97),
  ]);
});

/** A broker compresses by the code of the Java client where a topic has a codec of its own. */
test.each(CODECS)('records that Java has compressed by %s are read as they were', async (codec) => {
  const { KAFKA_BROKERS, TOPIC_PREFIX } = namespace.settings;
  const topic = `${TOPIC_PREFIX}${codec}`;
  const kafka = connectKafka({ KAFKA_BROKERS }, 'test-compression', createLogger('test', 'fatal'));
  const admin = kafka.admin();
  await admin.connect();
  await createTopics(admin, [{ topic, configEntries: [{ name: 'compression.type', value: codec }] }]);
  await admin.disconnect();
  const producer = new AcknowledgedProducer(kafka);
  await producer.sendAcknowledged(
    topic,
    values.map((value) => ({ value })),
  );
  await producer.close();

  const read: Buffer[] = [];
  const consumer = kafka.consumer({ groupId: topic });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachBatch: ({ batch }) => {
      const recordSet = recordSetOf(batch);
      const records = recordSet.records();
      while (records.next()) read.push(Buffer.from(records.value ?? ''));
      return Promise.resolve();
    },
  });
  await until('all records are read', () => read.length >= values.length);
  await consumer.disconnect();
  expect(Buffer.concat(read).equals(Buffer.concat(values))).toBe(true);
});
