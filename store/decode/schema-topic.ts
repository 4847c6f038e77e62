import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, Consumer, Kafka } from 'kafkajs';
import { recordSetOf } from '../../platform/kafka/kafkajs.ts';
import type { Logger } from '../../platform/logging.ts';
import type { WriterSchemas } from './writer-schemas.ts';

const POLL_MS = 5;
const READ_TIMEOUT_MS = 30_000;

/** Kafka did not deliver the schema topic in time. The fetched batch that needs it is delivered again. */
export class SchemaTopicTimeoutError extends Error {
  readonly code = 'SCHEMA_TOPIC_TIMEOUT';
  constructor(topic: string, next: number, end: number) {
    super(
      `Read ${topic} only up to offset ${next} of ${end} in ${READ_TIMEOUT_MS} ms; it will be read again.`,
    );
    this.name = 'SchemaTopicTimeoutError';
  }
}

/**
 * Reads the topic of writer schemas to its end when an event has an unknown fingerprint. A publisher writes its schema
 * before its first event, so a schema that is missing then was missing when the event was published.
 */
export class SchemaTopic {
  readonly #kafka: Kafka;
  readonly #admin: Admin;
  readonly #topic: string;
  readonly #group: string;
  readonly #schemas: WriterSchemas;
  readonly #logger: Logger;
  readonly #onCrash: (error: Error) => void;
  readonly #fetchMs: number;
  #consumer: Promise<void> | undefined;
  #running: Consumer | undefined;
  #next = 0;

  /**
   * @param admin connected
   * @param group the prefix of this reader's own group, which commits nothing
   * @param onCrash gets the error when kafkajs gives up
   * @param fetchMs how long a fetch waits for a new schema, and so a stop for the fetch
   */
  constructor(
    kafka: Kafka,
    admin: Admin,
    topic: string,
    group: string,
    schemas: WriterSchemas,
    logger: Logger,
    onCrash: (error: Error) => void,
    fetchMs = 1_000,
  ) {
    this.#fetchMs = fetchMs;
    this.#kafka = kafka;
    this.#admin = admin;
    this.#topic = topic;
    this.#group = `${group}.writer-schemas.${randomUUID()}`;
    this.#schemas = schemas;
    this.#logger = logger;
    this.#onCrash = onCrash;
  }

  /**
   * Begins to read before an event needs it. A reader joins a group of its own first, for seconds, and events with an
   * unknown fingerprint wait for that.
   */
  readAhead(): void {
    this.#begin().catch((error: unknown) =>
      this.#logger.warn({ err: error, topic: this.#topic }, 'writer schemas not read yet'),
    );
  }

  /** Resolves when all schemas that the topic holds now are known. @throws SchemaTopicTimeoutError, Kafka's errors */
  async readToEnd(heartbeat: () => Promise<void>): Promise<void> {
    const [partition] = await this.#admin.fetchTopicOffsets(this.#topic);
    const end = Number(partition?.high ?? 0);
    if (this.#next >= end) return;
    await this.#begin();
    // By the clock, because slow heartbeats count towards the limit too.
    const deadline = performance.now() + READ_TIMEOUT_MS;
    while (this.#next < end) {
      if (performance.now() > deadline) {
        throw new SchemaTopicTimeoutError(this.#topic, this.#next, end);
      }
      await delay(POLL_MS);
      await heartbeat();
    }
  }

  /** One that is still starting ends with the process: kafkajs repeats its start without end, and cannot be interrupted. */
  async stop(): Promise<void> {
    await this.#running?.disconnect();
  }

  #begin(): Promise<void> {
    return (this.#consumer ??= this.#start().catch((error: unknown) => this.#forget(error)));
  }

  /** The next call starts a new consumer. */
  #forget(error: unknown): never {
    this.#consumer = undefined;
    throw error;
  }

  async #start(): Promise<void> {
    const consumer = this.#kafka.consumer({
      groupId: this.#group,
      allowAutoTopicCreation: false,
      maxWaitTimeInMs: this.#fetchMs,
      // The fingerprint proves the schema, so records of aborted and open transactions are read too and hold up nothing.
      readUncommitted: true,
      retry: { retries: Number.MAX_SAFE_INTEGER },
    });
    // Otherwise an unreadable batch of schemas would silently block every batch of events.
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
    this.#running = consumer;
  }
}
