import { Partitioners } from '../../platform/kafka/kafkajs.ts';
import { connectKafka, ensureTopics } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { SINGLE_OBJECT_HEADER_BYTES } from '../../schemas/avro.ts';
import { encodeCallEvent, type CallEvent } from '../../schemas/call-event.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { topicNames } from '../../schemas/topics.ts';
import type { NamespaceSettings } from '../servers/namespace.ts';
import { arrivalAt, callEvent, latenessMs } from './calls.ts';

export const PARTITIONS = 8;
/** Of the record at the end of each partition: when all of them have landed, everything has. */
export const LAST_ORG = 'last-of-partition';
const BATCH = 5_000;
const CALLS_PER_MS = 1_000;
/** The records at the ends stand alone in a day's part, where they are found without reading others. */
const LAST_AGO_MS = 72 * HOUR_MS;

/** What must land, without the records at the ends. */
export interface Published {
  readonly records: number;
  /** Distinct calls. */
  readonly calls: number;
  readonly credits: number;
  /** Of all records. */
  readonly bytes: number;
}

/** The topic of the same events in the framing of a schema registry, for who reads only that. */
export const framedTopic = (namespace: NamespaceSettings): string => `${namespace.TOPIC_PREFIX}calls-framed`;

/**
 * Publishes calls to the call topic, some of them late and some repeated. The last record of each partition is one of
 * LAST_ORG.
 * @param schemaId also publishes them to framedTopic, with this id of the schema
 */
export async function publishCalls(
  namespace: NamespaceSettings,
  records: number,
  schemaId?: number,
): Promise<Published> {
  const kafka = connectKafka(namespace, 'bench', createLogger('bench', 'fatal'));
  const topics = topicNames(namespace.TOPIC_PREFIX);
  await ensureTopics(kafka, topics, PARTITIONS);
  const framed = framedTopic(namespace);
  if (schemaId !== undefined) {
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic: framed, numPartitions: PARTITIONS }] });
    await admin.disconnect();
  }
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();

  async function send(
    events: readonly CallEvent[],
    partitionOf?: (index: number) => number,
  ): Promise<number> {
    const values = events.map(encodeCallEvent);
    const messagesOf = (valueOf: (value: Buffer) => Buffer) =>
      events.map((event, index) => ({
        key: event.org_id,
        value: valueOf(values[index] ?? Buffer.alloc(0)),
        ...(partitionOf && { partition: partitionOf(index) }),
      }));
    await producer.send({ topic: topics.calls, messages: messagesOf((value) => value) });
    if (schemaId !== undefined)
      await producer.send({ topic: framed, messages: messagesOf((value) => framedValue(value, schemaId)) });
    return values.reduce((sum, value) => sum + value.length, 0);
  }

  const start = Date.now() - Math.ceil(records / CALLS_PER_MS);
  const isPublished = new Uint8Array(records);
  const sums = { records, calls: 0, credits: 0, bytes: 0 };
  for (let first = 0; first < records; first += BATCH) {
    const events = Array.from({ length: Math.min(BATCH, records - first) }, (_, step) => {
      const index = arrivalAt(first + step);
      const event = callEvent(index, start + Math.floor(index / CALLS_PER_MS) - latenessMs(index));
      if (isPublished[index] === 0) {
        isPublished[index] = 1;
        sums.calls += 1;
        sums.credits += event.credits;
      }
      return event;
    });
    sums.bytes += await send(events);
  }
  const ends = Array.from({ length: PARTITIONS }, (_, partition) => ({
    ...callEvent(records + partition, start - LAST_AGO_MS),
    org_id: LAST_ORG,
  }));
  await send(ends, (partition) => partition);
  await producer.disconnect();
  return sums;
}

/** Confluent's framing: a zero, the schema's id, the same Avro bytes. */
function framedValue(value: Buffer, schemaId: number): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(schemaId, 1);
  return Buffer.concat([head, value.subarray(SINGLE_OBJECT_HEADER_BYTES)]);
}
