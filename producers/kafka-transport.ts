import {
  CallEventProducer,
  RecordsRejectedError,
  type CallEventProducerOptions,
} from '../platform/kafka/call-event-producer.ts';
import { PublisherClosedError } from './errors.ts';
import { InvalidRecordsError, type OutgoingRecord, type Transport } from './transport.ts';

export type KafkaTransportOptions = CallEventProducerOptions;

/** Kafka behind the publisher: acknowledged by all in-sync replicas, partitioned by key as every Kafka client does. */
export function kafkaTransport(options: KafkaTransportOptions): Transport {
  return new KafkaTransport(options);
}

class KafkaTransport implements Transport {
  readonly #producer: CallEventProducer;
  #isClosed = false;

  constructor(options: KafkaTransportOptions) {
    this.#producer = new CallEventProducer(options);
  }

  async send(records: readonly OutgoingRecord[]): Promise<void> {
    if (this.#isClosed) throw new PublisherClosedError();
    try {
      await this.#producer.append(records);
    } catch (error) {
      if (error instanceof RecordsRejectedError) throw new InvalidRecordsError(error);
      throw error;
    }
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return this.#producer.close();
  }
}
