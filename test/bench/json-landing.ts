import { Kafka, logLevel } from 'kafkajs';
import { connectClickHouse } from '../../platform/clickhouse/connect.ts';
import { readConfig } from '../../platform/config.ts';
import { clickhouseVariables } from '../../platform/clickhouse/variables.ts';
import { kafkaVariables } from '../../platform/kafka/variables.ts';
import { createLogger } from '../../platform/logging.ts';
import { consumerVariables } from '../../consumers/config.ts';
import { SINGLE_OBJECT_HEADER_BYTES } from '../../schemas/avro.ts';
import { callEventType } from '../../schemas/call-event.ts';
import { topicNames } from '../../schemas/topics.ts';

/**
 * The alternative in the benchmark `land`, a process like the consumer: kafkajs's batches, an object for every event
 * by avsc, and an insert of JSONEachRow by @clickhouse/client. It fetches and lands in batches as large as the
 * consumer's, and leaves out what makes the consumer safe: validation, dead letters, landed ranges, commits after
 * landing.
 */
const config = readConfig(process.env, {
  ...kafkaVariables,
  ...clickhouseVariables,
  CONSUMER_GROUP: consumerVariables.CONSUMER_GROUP,
  BATCH_ROWS: consumerVariables.BATCH_ROWS,
  FETCH_BYTES: consumerVariables.FETCH_BYTES,
});
const topic = topicNames(config.TOPIC_PREFIX).calls;
const logger = createLogger('json-landing', 'info');
const client = connectClickHouse(config, 'bench');
// kafkajs as it is: what platform/kafka/kafkajs.ts makes of it must not be loaded here.
const kafka = new Kafka({
  clientId: 'bench',
  brokers: config.KAFKA_BROKERS.split(','),
  logLevel: logLevel.ERROR,
});
const consumer = kafka.consumer({
  groupId: config.CONSUMER_GROUP,
  maxBytes: config.FETCH_BYTES,
  maxBytesPerPartition: 2 ** 19,
});
consumer.on(consumer.events.GROUP_JOIN, () => logger.info({ topic }, 'partitions assigned'));

let rows: object[] = [];

async function land(): Promise<void> {
  const values = rows;
  rows = [];
  await client.insert({ table: 'call_events', values, format: 'JSONEachRow' });
}

await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  eachBatch: async ({ batch }) => {
    for (const { value, offset, timestamp } of batch.messages) {
      if (!value) continue;
      const event: { occurred_at: number } = callEventType.fromBuffer(
        value.subarray(SINGLE_OBJECT_HEADER_BYTES),
      );
      rows.push({
        ...event,
        occurred_at: new Date(event.occurred_at).toISOString(),
        kafka_partition: batch.partition,
        kafka_offset: Number(offset),
        appended_at: new Date(Number(timestamp)).toISOString(),
      });
    }
    if (rows.length >= config.BATCH_ROWS || batch.offsetLag() === '0') await land();
  },
});
process.once('SIGTERM', () => void consumer.disconnect().then(() => client.close()));
