import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from 'kafkajs';
import { AcknowledgedProducer, NotSentError } from '../../platform/kafka/acknowledged-producer.ts';
import { NotAcknowledgedError } from '../../platform/kafka/acknowledgement.ts';
import { connectKafka, type KafkaConfig } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';

const RETRIES = 2;
const PAUSE_MS = 200;
/** How long brokers may be away. */
const SENT_WITHIN_MS = 120_000;
const RECORDS_AT_ONCE = 2_000;

/** Appends records past the SDK, whatever the brokers suffer. A send that is repeated may leave copies. */
export class RecordSender {
  readonly #producer: AcknowledgedProducer;

  constructor(kafka: KafkaConfig) {
    const logger = createLogger('chaos', 'silent');
    this.#producer = new AcknowledgedProducer(connectKafka(kafka, 'chaos-records', logger, RETRIES));
  }

  /** Resolves when the brokers have acknowledged each record. @throws the last error after two minutes */
  async send(topic: string, records: readonly Message[]): Promise<void> {
    for (let from = 0; from < records.length; from += RECORDS_AT_ONCE) {
      await this.#untilSent(topic, records.slice(from, from + RECORDS_AT_ONCE));
    }
  }

  async #untilSent(topic: string, records: readonly Message[]): Promise<void> {
    const deadline = performance.now() + SENT_WITHIN_MS;
    for (;;) {
      try {
        await this.#producer.sendAcknowledged(topic, records);
        return;
      } catch (error) {
        const isTransient = error instanceof NotAcknowledgedError || error instanceof NotSentError;
        if (!isTransient || performance.now() > deadline) throw error;
        await sleep(PAUSE_MS);
      }
    }
  }

  close(): Promise<void> {
    return this.#producer.close();
  }
}
