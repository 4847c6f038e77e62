import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, Consumer, Kafka } from 'kafkajs';
import { recordSetOf } from '../../platform/kafka/kafkajs.ts';
import type { Logger } from '../../platform/logging.ts';
import type { WriterSchemas } from './writer-schemas.ts';

const POLL_MS = 5;
const PATIENCE_MS = 30_000;

/**
 * Reads the topic of writer schemas, first when a fingerprint is met that nobody knows here, and to its end: a
 * publisher writes its schema before its first event, so what is not there then was not there when the event was.
 */
export class SchemaTopic {
  readonly #kafka: Kafka;
  readonly #admin: Admin;
  readonly #topic: string;
  readonly #group: string;
  readonly #schemas: WriterSchemas;
  readonly #logger: Logger;
  readonly #onCrash: (error: Error) => void;
  #consumer: Promise<Consumer> | undefined;
  #next = 0;

  /**
   * @param admin connected
   * @param group whose name leads that of this reader's own group, which commits nothing
   * @param onCrash is told when kafkajs gave up for good
   */
  constructor(
    kafka: Kafka,
    admin: Admin,
    topic: string,
    group: string,
    schemas: WriterSchemas,
    logger: Logger,
    onCrash: (error: Error) => void,
  ) {
    this.#kafka = kafka;
    this.#admin = admin;
    this.#topic = topic;
    this.#group = `${group}.writer-schemas.${randomUUID()}`;
    this.#schemas = schemas;
    this.#logger = logger;
    this.#onCrash = onCrash;
  }

  /** Resolves when everything that is in the topic now is known. Rejects when Kafka does not deliver it. */
  async readToEnd(heartbeat: () => Promise<void>): Promise<void> {
    const [partition] = await this.#admin.fetchTopicOffsets(this.#topic);
    const end = Number(partition?.high ?? 0);
    if (this.#next >= end) return;
    await (this.#consumer ??= this.#start().catch((error: unknown) => this.#forget(error)));
    // A clock of its own: heartbeats that take their time take it from the limit too.
    const deadline = performance.now() + PATIENCE_MS;
    while (this.#next < end) {
      if (performance.now() > deadline) {
        throw new Error(
          `${this.#topic} was read to ${this.#next} of ${end} in ${PATIENCE_MS} ms; trying again.`,
        );
      }
      await delay(POLL_MS);
      await heartbeat();
    }
  }

  async stop(): Promise<void> {
    await (await this.#consumer)?.disconnect();
  }

  /** A start that failed is not the last: the batch comes again. */
  #forget(error: unknown): never {
    this.#consumer = undefined;
    throw error;
  }

  async #start(): Promise<Consumer> {
    const consumer = this.#kafka.consumer({
      groupId: this.#group,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: 1_000,
      // A schema is what its fingerprint says, whoever published it: an aborted or open transaction holds up nothing.
      readUncommitted: true,
      retry: { retries: Number.MAX_SAFE_INTEGER },
    });
    // Without it a batch that cannot be read would leave every batch of events waiting, and nobody the wiser.
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (!restart) this.#onCrash(error);
    });
    await consumer.connect();
    await consumer.subscribe({ topic: this.#topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        const records = recordSetOf(batch).records();
        while (records.next()) {
          const { key, value } = records;
          if (key && value) this.#schemas.publish(key.toString('utf8'), value.toString('utf8'));
        }
        this.#next = Number(batch.lastOffset()) + 1;
        this.#logger.info({ topic: this.#topic, next_offset: this.#next }, 'read writer schemas');
        return Promise.resolve();
      },
    });
    return consumer;
  }
}
