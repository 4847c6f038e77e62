import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin, Kafka, Message, Producer, Transaction } from 'kafkajs';
import { readEndOffsets } from './kafkajs-admin.ts';

const ALL_REPLICAS = -1;
const PARTITION = 0;
/** Records of an aborted transaction; without key and value, so a batch has less than 100 KB. */
const MOST_AT_ONCE = 10_000;
const MARKER_WITHIN_MS = 30_000;
const POLL_MS = 10;

/** A topic has another end than it should have after what was appended: something else appends to it too. */
export class UnexpectedOffsetError extends Error {
  readonly code = 'UNEXPECTED_OFFSET';
  constructor(topic: string, expected: number, found: number) {
    super(
      `${topic} has reached offset ${found} and should have reached ${expected}: something else appends to it, or a ` +
        'broker does not answer. Stop every process that uses this topic.',
    );
    this.name = 'UnexpectedOffsetError';
  }
}

/**
 * Makes offsets of a topic's one partition hold no record that a consumer sees, as transactions do: an aborted one takes
 * an offset for each record and one for its marker, a committed one takes one more than its records.
 */
export class OffsetSkipper {
  readonly #admin: Admin;
  readonly #topic: string;
  readonly #producer: Producer;
  #isConnected = false;

  /** Connects where the first offset is skipped. @param admin connected. @param id a transactional id of its own */
  constructor(kafka: Kafka, admin: Admin, topic: string, id: string) {
    this.#admin = admin;
    this.#topic = topic;
    this.#producer = kafka.producer({
      transactionalId: id,
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
    });
  }

  /** Appends a record, and skips the offset behind it. @param offset of the record */
  async appendAndSkip(offset: number, record: Message): Promise<void> {
    const transaction = await this.#begin();
    await this.#send(transaction, [record]);
    await transaction.commit();
    await this.#untilEnd(offset + 2);
  }

  /** Skips offsets from the topic's end on. @param count at least 2 */
  async skip(first: number, count: number): Promise<void> {
    for (let left = count, end = first; left > 0;) {
      const most = Math.min(left, MOST_AT_ONCE + 1);
      // One alone cannot be skipped.
      const skipped = left - most === 1 ? most - 1 : most;
      const transaction = await this.#begin();
      const record = { key: null, value: null };
      await this.#send(
        transaction,
        Array.from({ length: skipped - 1 }, () => record),
      );
      await transaction.abort();
      end += skipped;
      left -= skipped;
      await this.#untilEnd(end);
    }
  }

  async close(): Promise<void> {
    if (this.#isConnected) await this.#producer.disconnect();
  }

  async #begin(): Promise<Transaction> {
    if (!this.#isConnected) await this.#producer.connect();
    this.#isConnected = true;
    return this.#producer.transaction();
  }

  async #send(transaction: Transaction, records: readonly Message[]): Promise<void> {
    const messages = records.map((record) => ({ ...record, partition: PARTITION }));
    await transaction.send({ topic: this.#topic, messages, acks: ALL_REPLICAS });
  }

  /** The marker is appended after the answer to the commit or abort. */
  async #untilEnd(expected: number): Promise<void> {
    const deadline = performance.now() + MARKER_WITHIN_MS;
    for (;;) {
      const end = (await readEndOffsets(this.#admin, [this.#topic])).get(this.#topic)?.get(PARTITION) ?? 0;
      if (end === expected) return;
      if (end > expected || performance.now() > deadline) {
        throw new UnexpectedOffsetError(this.#topic, expected, end);
      }
      await sleep(POLL_MS);
    }
  }
}
