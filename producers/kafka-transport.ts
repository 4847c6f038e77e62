import { AcknowledgedProducer } from '../platform/kafka/acknowledged-producer.ts';
import { CompressionTypes } from '../platform/kafka/kafkajs.ts';
import { connectKafka, type KafkaConfig } from '../platform/kafka/connect.ts';
import type { KafkaLogger } from '../platform/kafka/log-creator.ts';
import { fingerprintOf } from '../schemas/avro.ts';
import { callEventHeader, callEventSchemaJson } from '../schemas/call-event.ts';
import type { Topics } from '../schemas/topics.ts';
import { PublisherClosedError } from './errors.ts';
import { InvalidRecordsError, type OutgoingRecord, type Transport } from './transport.ts';

export interface KafkaTransportOptions {
  readonly kafka: KafkaConfig;
  readonly topics: Topics;
  /** Names the API server in the brokers' logs. */
  readonly clientId: string;
  readonly logger: KafkaLogger;
  /** Compress batches with gzip: a third of the bytes, for more CPU time. Default false. */
  readonly gzip?: boolean;
}

/** How often kafkajs itself retries to connect. After that the sender retries, which also knows when to give up. */
const RETRIES = 2;
/** The error types of the Kafka protocol that reject the records themselves. */
const RECORD_ERRORS = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'CORRUPT_MESSAGE',
]);

/** Kafka behind the publisher: acknowledged by all in-sync replicas, partitioned by key as every Kafka client does. */
export function kafkaTransport(options: KafkaTransportOptions): Transport {
  return new KafkaTransport(options);
}

class KafkaTransport implements Transport {
  readonly #options: KafkaTransportOptions;
  readonly #producer: AcknowledgedProducer;
  #isAnnounced = false;
  #isClosed = false;

  constructor(options: KafkaTransportOptions) {
    this.#options = options;
    const { kafka, clientId, logger } = options;
    this.#producer = new AcknowledgedProducer(connectKafka(kafka, clientId, logger, RETRIES));
  }

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    if (this.#isClosed) throw new PublisherClosedError();
    const { topics, gzip } = this.#options;
    try {
      await this.#announceSchema();
      const compression = gzip ? CompressionTypes.GZIP : CompressionTypes.None;
      await this.#producer.sendAcknowledged(topics.calls, records, compression);
    } catch (error) {
      if (error instanceof Error && RECORD_ERRORS.has(typeOf(error))) throw new InvalidRecordsError(error);
      throw error;
    }
  }

  /** The writer schema is durable before the first event, so that any consumer can read it. */
  async #announceSchema(): Promise<void> {
    if (this.#isAnnounced) return;
    const schema = { key: fingerprintOf(callEventHeader) ?? null, value: callEventSchemaJson };
    await this.#producer.sendAcknowledged(this.#options.topics.writerSchemas, [schema]);
    this.#isAnnounced = true;
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.#producer.close();
  }
}

/** The protocol error's type, which kafkajs and AcknowledgedProducer wrap. */
function typeOf(error: Error): string {
  if ('type' in error && typeof error.type === 'string') return error.type;
  return error.cause instanceof Error ? typeOf(error.cause) : '';
}
