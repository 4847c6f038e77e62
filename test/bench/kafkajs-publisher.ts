/** An alternative in the benchmark `publish`: kafkajs sends the bytes that the SDK makes of the calls, made before. */
import { randomBytes } from 'node:crypto';
// kafkajs as it is: what platform/kafka/kafkajs.ts makes of it must not be loaded here.
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import { pooled } from '../../platform/random-pool.ts';
import { FUTURE_LIMIT_MS, LATENESS_LIMIT_MS, NOTHING_DROPPED } from '../../schemas/event-rules.ts';
import { MAX_EVENT_BYTES, prepareEvent } from '../../schemas/prepared-event.ts';
import { topicNames } from '../../schemas/topics.ts';
import { publishedInputs, publishingConfig, publishOnMessage } from './publishing-program.ts';

/** As many at once as the SDK sends at most. */
const BATCH = 5_000;
const ALL_REPLICAS = -1;
const limits = { ...NOTHING_DROPPED, futureMs: FUTURE_LIMIT_MS, latenessMs: LATENESS_LIMIT_MS };
const random = pooled(randomBytes);

const kafka = new Kafka({
  clientId: 'bench',
  brokers: publishingConfig.KAFKA_BROKERS.split(','),
  // While the broker's coordinator is loading it logs each attempt.
  logLevel: logLevel.NOTHING,
  retry: { retries: 12 },
});
const producer = kafka.producer({
  idempotent: true,
  maxInFlightRequests: 1,
  createPartitioner: Partitioners.DefaultPartitioner,
});
await producer.connect();
const records = publishedInputs().map((input) => {
  const options = { random, limits, maxEventBytes: MAX_EVENT_BYTES };
  const { key, value } = prepareEvent(input, Date.now(), options).record;
  return { key, value };
});
const topic = topicNames(publishingConfig.TOPIC_PREFIX).calls;
const send = (first: number, size: number) =>
  producer.send({ topic, acks: ALL_REPLICAS, messages: records.slice(first, first + size) });
await send(0, 1);

async function publish(): Promise<void> {
  for (let published = 0; published < publishingConfig.CALLS; published += records.length) {
    for (let first = 0; first < records.length; first += BATCH) await send(first, BATCH);
  }
}

publishOnMessage(publish, () => producer.disconnect());
