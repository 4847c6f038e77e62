import { Type } from 'typebox';
import { compiled } from '../platform/compiled-schema.ts';
import { AcknowledgedProducer } from '../platform/kafka/acknowledged-producer.ts';
import { partitionOf } from '../platform/kafka/murmur2.ts';
import type { ProducerFactory } from '../platform/kafka/producer-connection.ts';
import { SCOPES, type LimitName } from '../domain/gate/scopes.ts';
import { isLeaseRecord, type LeaseRecord } from '../domain/gate/lease.ts';
import { LEASE_PARTITIONS } from '../schemas/topics.ts';

/** Which lease a record is about. */
export interface LeaseKey {
  readonly orgId: string;
  readonly product: string;
  readonly limit: LimitName;
  readonly id: string;
}

/** What is recorded of a lease. */
export interface LeaseEntry {
  readonly key: LeaseKey;
  readonly record: LeaseRecord;
}

/** The lease is over: one writer's record of it is deleted. */
export interface LeaseDeletion {
  readonly key: LeaseKey;
  readonly writer: string;
}

/** What the log has: undefined for a lease that is over. */
export interface ReadEntry {
  readonly key: LeaseKey;
  readonly writer: string;
  readonly record: LeaseRecord | undefined;
}

const Key = Type.Tuple([
  Type.String(),
  Type.String(),
  Type.Enum([...SCOPES]),
  Type.String(),
  Type.String(),
  Type.String(),
]);
const isKey = compiled(Key).check;

export const partitionOfOrg = (orgId: string): number => partitionOf(orgId, LEASE_PARTITIONS);

/** More records wait only where Kafka does not answer: then requests fail, and none is granted. */
const MAX_WAITING = 10_000;

/** Too many grants wait for Kafka. */
export class LeaseLogFullError extends Error {
  readonly code = 'LEASE_LOG_FULL';
  constructor() {
    super(`${MAX_WAITING} grants wait for Kafka, which does not answer: look at the brokers.`);
    this.name = 'LeaseLogFullError';
  }
}

/**
 * The log of leases: a compacted topic, by which a gate that takes over knows every grant that was answered. Grants that
 * come while a send is under way share the next one.
 *
 * The records of one lease have a key for each writer, and readers take the highest of every figure. For a record may be
 * appended late, when its send has failed or its gate is no longer the owner: under the same key compaction would keep
 * it instead of a newer one. So a failed send begins a new writer.
 */
export class LeaseLog {
  readonly #producer: AcknowledgedProducer;
  readonly #topic: string;
  readonly #newWriter: () => string;
  #writer: string;
  #waiting: {
    readonly entries: readonly (LeaseEntry | LeaseDeletion)[];
    readonly done: PromiseWithResolvers<string>;
  }[] = [];
  #isSending = false;

  constructor(kafka: ProducerFactory, topic: string, newWriter: () => string) {
    this.#producer = new AcknowledgedProducer(kafka);
    this.#topic = topic;
    this.#newWriter = newWriter;
    this.#writer = newWriter();
  }

  /**
   * Resolves when all in-sync replicas have the records.
   * @returns whose records they are
   * @throws LeaseLogFullError, the producer's errors
   */
  append(entries: readonly (LeaseEntry | LeaseDeletion)[]): Promise<string> {
    if (entries.length === 0) return Promise.resolve(this.#writer);
    if (this.#waiting.length >= MAX_WAITING) return Promise.reject(new LeaseLogFullError());
    const done = Promise.withResolvers<string>();
    this.#waiting.push({ entries, done });
    if (!this.#isSending) void this.#send();
    return done.promise;
  }

  close(): Promise<void> {
    return this.#producer.close();
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    // The requests of this turn of the event loop share the first send.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0);
      const writer = this.#writer;
      try {
        const messages = batch.flatMap(({ entries }) => entries.map((entry) => messageOf(entry, writer)));
        await this.#producer.sendAcknowledged(this.#topic, messages);
        for (const { done } of batch) done.resolve(writer);
      } catch (error) {
        this.#writer = this.#newWriter();
        for (const { done } of batch) done.reject(error);
      }
    }
    this.#isSending = false;
  }
}

function messageOf(entry: LeaseEntry | LeaseDeletion, ownWriter: string) {
  const { orgId, product, limit, id } = entry.key;
  const writer = 'writer' in entry ? entry.writer : ownWriter;
  return {
    key: JSON.stringify([orgId, product, limit.scope, limit.name, id, writer]),
    value: 'record' in entry ? JSON.stringify(entry.record) : null,
    partition: partitionOfOrg(orgId),
  };
}

/** @returns undefined for what no gate has written */
export function readEntry(key: Buffer | null, value: Buffer | null): ReadEntry | undefined {
  const parsed = parse(key);
  if (!isKey(parsed)) return undefined;
  const [orgId, product, scope, name, id, writer] = parsed;
  const record = parse(value);
  if (value !== null && !isLeaseRecord(record)) return undefined;
  return {
    key: { orgId, product, limit: { scope, name }, id },
    writer,
    record: isLeaseRecord(record) ? record : undefined,
  };
}

function parse(bytes: Buffer | null): unknown {
  try {
    return bytes === null ? undefined : JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}
