import type { Admin, Kafka } from 'kafkajs';
import { asAccessError } from './access-error.ts';
import { hangUp } from './connect.ts';
import { clusterOf, readEndOffsets, readFirstOffsets, type TopicOffsets } from './kafkajs-admin.ts';
import { KafkajsBatch } from './kafkajs-batch.ts';
import type { RecordSet } from './record-set.ts';
import { ENVIRONMENT_NAMES } from './security.ts';

const CONSUMER = -1;
const READ_COMMITTED = 1;
const WAIT_MS = 500;
/** Whatever the limit, a broker returns the first batch as a whole. */
const ONE_BATCH_BYTES = 1;

/** A partition has no leader that answers. The next read looks for it again. */
export class NotReadError extends Error {
  readonly code = 'NOT_READ';
  constructor(topic: string, partition: number) {
    super(
      `Partition ${partition} of ${topic} cannot be read now: its leader does not answer. Try again later.`,
    );
    this.name = 'NotReadError';
  }
}

/** The process is stopping. */
export class ReaderClosedError extends Error {
  readonly code = 'READER_CLOSED';
  constructor() {
    super('The reader is closed: nothing is read any more.');
    this.name = 'ReaderClosedError';
  }
}

/**
 * Reads single record batches at any offset, as a member of no group. Connects at the first read and again after a
 * failure, so a process that has it needs no Kafka to start.
 */
export class RecordReader {
  readonly #kafka: Kafka;
  #admin: Promise<Admin> | undefined;
  #isClosed = false;

  /** @param kafka whose number of retries limits how long a read takes; `close` ends its connections */
  constructor(kafka: Kafka) {
    this.#kafka = kafka;
  }

  /** The first offset that is kept, by partition. @throws kafkajs's errors; KafkaAccessError where an ACL is missing */
  async firstOffsets(topic: string): Promise<ReadonlyMap<number, number>> {
    return offsetsOf(await this.#with((admin) => readFirstOffsets(admin, [topic])), topic);
  }

  /** The offset behind the last record, by partition. @throws as firstOffsets */
  async endOffsets(topic: string): Promise<ReadonlyMap<number, number>> {
    return offsetsOf(await this.#with((admin) => readEndOffsets(admin, [topic])), topic);
  }

  /**
   * The record batch that an offset is in, from that offset on. It has no record of an aborted transaction.
   * @param topic whose offsets have been read
   * @throws NotReadError; kafkajs's errors, also where the offset is not kept any more
   */
  read(topic: string, partition: number, offset: number): Promise<RecordSet> {
    return this.#with(async (admin) => {
      const cluster = clusterOf(admin);
      const [leader] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
      if (leader === undefined) throw new NotReadError(topic, partition);
      const broker = await cluster.findBroker({ nodeId: leader });
      const place = { partition, fetchOffset: String(offset), maxBytes: ONE_BATCH_BYTES };
      const { responses } = await broker.fetch({
        replicaId: CONSUMER,
        isolationLevel: READ_COMMITTED,
        maxWaitTime: WAIT_MS,
        topics: [{ topic, partitions: [place] }],
      });
      const fetched = responses[0]?.partitions[0];
      if (!fetched) throw new NotReadError(topic, partition);
      return new KafkajsBatch(topic, place.fetchOffset, fetched).recordSet;
    });
  }

  /** A read that is under way fails, and each later one with ReaderClosedError. */
  async close(): Promise<void> {
    this.#isClosed = true;
    hangUp(this.#kafka);
    await this.#disconnect();
  }

  async #with<Result>(read: (admin: Admin) => Promise<Result>): Promise<Result> {
    if (this.#isClosed) throw new ReaderClosedError();
    try {
      this.#admin ??= this.#connect();
      return await read(await this.#admin);
    } catch (error) {
      await this.#disconnect();
      throw asAccessError(error, ENVIRONMENT_NAMES) ?? error;
    }
  }

  async #connect(): Promise<Admin> {
    const admin = this.#kafka.admin();
    await admin.connect();
    return admin;
  }

  async #disconnect(): Promise<void> {
    const admin = this.#admin;
    this.#admin = undefined;
    // One that never connected has nothing to end.
    await admin?.then((connected) => connected.disconnect()).catch(() => undefined);
  }
}

const offsetsOf = (offsets: TopicOffsets, topic: string): ReadonlyMap<number, number> =>
  offsets.get(topic) ?? new Map<number, number>();
