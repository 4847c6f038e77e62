import type { Kafka, Producer } from 'kafkajs';
import { CompressionTypes, Partitioners } from '../platform/kafka/kafkajs.ts';
import { connectKafka, type KafkaConfig } from '../platform/kafka/connect.ts';
import type { Logger } from '../platform/logging.ts';
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
  readonly logger: Logger;
  /** Compress batches with gzip: a third of the bytes, for more CPU time. Default false. */
  readonly gzip?: boolean;
}

/** How often kafkajs itself retries. After that the sender retries, which also knows when to give up. */
const RETRIES = 2;
const ALL_REPLICAS = -1;
/** The error types of the Kafka protocol that reject the records themselves. */
const RECORD_ERRORS = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'CORRUPT_MESSAGE',
]);

/** Kafka behind the publisher: an idempotent producer, acknowledged by all in-sync replicas, murmur2 by key. */
export function kafkaTransport(options: KafkaTransportOptions): Transport {
  return new KafkaTransport(options);
}

class KafkaTransport implements Transport {
  readonly #options: KafkaTransportOptions;
  readonly #kafka: Kafka;
  #producer: Producer | undefined;
  #announced = false;
  #closed = false;
  #sending: Promise<unknown> = Promise.resolve();

  constructor(options: KafkaTransportOptions) {
    this.#options = options;
    this.#kafka = connectKafka(options.kafka, options.clientId, options.logger, RETRIES);
  }

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    const sending = this.#send(records);
    this.#sending = sending.catch(() => undefined);
    await sending;
  }

  async #send(records: readonly OutgoingRecord[]): Promise<void> {
    try {
      const producer = await this.#connected();
      await producer.send({
        topic: this.#options.topics.calls,
        acks: ALL_REPLICAS,
        compression: this.#options.gzip ? CompressionTypes.GZIP : CompressionTypes.None,
        messages: records.map(({ key, value }) => ({ key, value })),
      });
    } catch (error) {
      // After an out-of-order sequence error an idempotent producer of kafkajs 2.2.4 never succeeds again. A new one
      // starts new sequences; events that had arrived then arrive twice, and count once by their ids.
      await this.#discardProducer();
      if (error instanceof Error && RECORD_ERRORS.has(typeOf(error))) throw new InvalidRecordsError(error);
      throw error;
    }
  }

  /** A connected producer. It sends the writer schema before the first event, so that any consumer can read it. */
  async #connected(): Promise<Producer> {
    if (this.#producer) return this.#producer;
    if (this.#closed) throw new PublisherClosedError();
    const producer = this.#kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { retries: RETRIES },
    });
    this.#producer = producer;
    await producer.connect();
    if (!this.#announced) {
      await producer.send({
        topic: this.#options.topics.writerSchemas,
        acks: ALL_REPLICAS,
        messages: [{ key: fingerprintOf(callEventHeader) ?? null, value: callEventSchemaJson }],
      });
      this.#announced = true;
    }
    return producer;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const producer = this.#producer;
    await this.#discardProducer();
    // A send that kafkajs is retrying reconnects the producer, so disconnect it again when the send has ended.
    void this.#sending.then(() => this.#disconnect(producer));
  }

  async #discardProducer(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await this.#disconnect(producer);
  }

  async #disconnect(producer: Producer | undefined): Promise<void> {
    try {
      await producer?.disconnect();
    } catch (error) {
      this.#options.logger.debug({ err: error }, 'the producer did not disconnect cleanly');
    }
  }
}

/** The protocol error's type; kafkajs wraps the error after its last retry. */
function typeOf(error: Error): string {
  if ('type' in error && typeof error.type === 'string') return error.type;
  return error.cause instanceof Error ? typeOf(error.cause) : '';
}
