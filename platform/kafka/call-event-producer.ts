import { fingerprintOf } from '../../schemas/avro.ts';
import { callEventHeader, callEventSchemaJson } from '../../schemas/call-event.ts';
import type { OutgoingRecord } from '../../schemas/prepared-event.ts';
import type { Topics } from '../../schemas/topics.ts';
import { AcknowledgedProducer } from './acknowledged-producer.ts';
import { connectKafka, type KafkaConfig } from './connect.ts';
import { CompressionTypes } from './kafkajs.ts';
import type { KafkaLogger } from './log-creator.ts';

export interface CallEventProducerOptions {
  readonly kafka: KafkaConfig;
  readonly topics: Topics;
  /** Names the process in the brokers' logs. */
  readonly clientId: string;
  readonly logger: KafkaLogger;
  /** Compress batches with gzip: a third of the bytes, for more CPU time. Default false. */
  readonly gzip?: boolean;
}

/** Kafka will never accept one of these records: it is too large or malformed. Send the others without it. */
export class RecordsRejectedError extends Error {
  readonly code = 'RECORDS_REJECTED';
  constructor(cause: Error) {
    super(cause.message, { cause });
    this.name = 'RecordsRejectedError';
  }
}

/** How often kafkajs itself retries to connect. After that the caller retries, which also knows when to give up. */
const RETRIES = 2;
/** The error types of the Kafka protocol that reject the records themselves. */
const RECORD_ERRORS = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'CORRUPT_MESSAGE',
]);

/** Appends call events: acknowledged by all in-sync replicas, partitioned by key as every Kafka client does. */
export class CallEventProducer {
  readonly #options: CallEventProducerOptions;
  readonly #producer: AcknowledgedProducer;
  #isAnnounced = false;

  /** Connects at the first send. */
  constructor(options: CallEventProducerOptions) {
    this.#options = options;
    const { kafka, clientId, logger } = options;
    this.#producer = new AcknowledgedProducer(connectKafka(kafka, clientId, logger, RETRIES));
  }

  /**
   * Resolves when every record is in the log, in the given order within each key.
   * @throws RecordsRejectedError; NotSentError and NotAcknowledgedError, after which a repeat is harmless
   */
  async append(records: readonly OutgoingRecord[]): Promise<void> {
    const { topics, gzip } = this.#options;
    try {
      await this.#announceSchema();
      const compression = gzip ? CompressionTypes.GZIP : CompressionTypes.None;
      await this.#producer.sendAcknowledged(topics.calls, records, compression);
    } catch (error) {
      if (error instanceof Error && RECORD_ERRORS.has(typeOf(error))) throw new RecordsRejectedError(error);
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

  /** Closes the connection; a send under way fails soon. It may be called more than once. */
  close(): Promise<void> {
    return this.#producer.close();
  }
}

/** The protocol error's type, which kafkajs and AcknowledgedProducer wrap. */
function typeOf(error: Error): string {
  if ('type' in error && typeof error.type === 'string') return error.type;
  return error.cause instanceof Error ? typeOf(error.cause) : '';
}
