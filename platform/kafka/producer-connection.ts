import type { Message, Producer, ProducerConfig } from 'kafkajs';
import { PlacedRecord } from '../../schemas/placed-record.ts';
import { compareAcknowledged, type LastOffsets } from './acknowledgement.ts';
import { Partitioners, type CompressionTypes } from './kafkajs.ts';
import { partitionMessage, recordsOf } from './kafkajs-produce.ts';
import { partitionOf } from './murmur2.ts';
import type { PlainRecord } from './record-batch-encoder.ts';

const ALL_REPLICAS = -1;

export type Compression = (typeof CompressionTypes)[keyof typeof CompressionTypes];

type KafkajsProducer = Pick<Producer, 'connect' | 'disconnect' | 'send'> & {
  logger(): Pick<ReturnType<Producer['logger']>, 'debug'>;
};

/** What is needed of kafkajs's Kafka. */
export interface ProducerFactory {
  producer(config: ProducerConfig): KafkajsProducer;
}

/** The topic has another number of partitions than its records were assigned to: nothing was sent. */
class PartitionsChangedError extends Error {
  readonly code = 'PARTITIONS_CHANGED';
  constructor(topic: string) {
    super(`Nothing was sent to ${topic}: its number of partitions has changed.`);
    this.name = 'PartitionsChangedError';
  }
}

/** A producer of kafkajs that counts how many records of a send are assigned to each partition. */
export class ProducerConnection {
  readonly #producer: KafkajsProducer;
  /** How many partitions a topic has, as its last send found. */
  readonly #partitions = new Map<string, number>();
  #byPartition = new Map<number, number>();

  constructor(kafka: ProducerFactory) {
    this.#producer = kafka.producer({
      idempotent: false,
      retry: { retries: 0 },
      // A missing topic must not be created with settings other than ours.
      allowAutoTopicCreation: false,
      createPartitioner: () => {
        const choose = Partitioners.DefaultPartitioner();
        return (given) => {
          const { topic, partitionMetadata, message } = given;
          const records = recordsOf(message);
          const known = this.#partitions.get(topic);
          if (records > 0 && known !== partitionMetadata.length) throw new PartitionsChangedError(topic);
          this.#partitions.set(topic, partitionMetadata.length);
          const partition = choose(given);
          this.#byPartition.set(partition, (this.#byPartition.get(partition) ?? 0) + (records || 1));
          return partition;
        };
      },
    });
  }

  open(): Promise<void> {
    return this.#producer.connect();
  }

  /** Never rejects: a connection that does not close cleanly is given up all the same. */
  async close(): Promise<void> {
    try {
      await this.#producer.disconnect();
    } catch (error) {
      this.#producer.logger().debug('the producer did not disconnect cleanly', { error: String(error) });
    }
  }

  /** Not to be called while a send is under way: its counts would be this one's too. */
  async send(topic: string, records: readonly Message[], compression: Compression): Promise<LastOffsets> {
    const byPartition = new Map<number, number>();
    this.#byPartition = byPartition;
    const acknowledged = await this.#producer.send({
      topic,
      messages: this.#messages(topic, records),
      acks: ALL_REPLICAS,
      compression,
    });
    return compareAcknowledged({ topic, records: records.length, byPartition }, acknowledged);
  }

  /** One message a partition, if the topic's partitions are known and the records have nothing but key and value. */
  #messages(topic: string, records: readonly Message[]): Message[] {
    const partitions = this.#partitions.get(topic);
    if (partitions === undefined || !records.every(isPlain)) return records.map(asMessage);
    const groups: PlainRecord[][] = Array.from({ length: partitions }, () => []);
    for (const record of records) groups[partitionOf(record.key, partitions)]?.push(record);
    return groups.flatMap((group, partition) => (group.length > 0 ? partitionMessage(partition, group) : []));
  }
}

/** kafkajs copies a message's own properties, and a placed record's value is not one. */
const asMessage = (record: Message): Message =>
  record instanceof PlacedRecord ? { key: record.key, value: record.value } : record;

function isPlain(record: Message): record is Message & PlainRecord {
  if (record instanceof PlacedRecord) return true;
  const { key, value, partition, headers, timestamp } = record;
  return (
    (typeof key === 'string' || Buffer.isBuffer(key)) &&
    Buffer.isBuffer(value) &&
    (partition ?? headers ?? timestamp) === undefined
  );
}
