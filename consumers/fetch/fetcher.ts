import type { Batch as KafkaBatch, Consumer, Kafka, Offsets } from 'kafkajs';
import { recordSetOf } from '../../platform/kafka/kafkajs.ts';
import type { RecordCursor } from '../../platform/kafka/record-cursor.ts';
import type { Logger } from '../../platform/logging.ts';

export interface FetchSettings {
  readonly groupId: string;
  readonly topic: string;
  readonly fetchBytes: number;
  readonly sessionTimeoutMs: number;
}

/**
 * Records of one partition, one after the other. Offsets are inclusive and cover whatever stands there: control
 * records, aborted ones, and those that compaction took away.
 */
export interface Batch {
  readonly topic: string;
  readonly partition: number;
  readonly generation: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** The published ones; none where there were only records of the other kinds. */
  records(this: void): RecordCursor;
  heartbeat(this: void): Promise<void>;
  /** False once the partitions were assigned anew or fetching was halted: then stop, the rest comes again. */
  isCurrent(this: void): boolean;
}

/** @returns whether the whole batch was taken; if not, it is fetched again. */
export type TakeBatch = (batch: Batch) => Promise<boolean>;

const POLL_MS = 500;
const HEARTBEAT_MS = 1_000;
const MAX_PARTITION_BYTES = 2 ** 19;

/**
 * The one place that knows kafkajs's consumer. It fetches on while what was taken still lands: taking moves the
 * fetch position, only `commit` moves the group's. An assignment of partitions has a generation of ours; what was
 * taken under an older one may land, but is not committed: its partitions may have a new owner further on.
 */
export class Fetcher {
  generation = 0;
  assigned: readonly number[] = [];
  readonly #settings: FetchSettings;
  #take: TakeBatch = () => Promise.resolve(false);
  readonly #consumer: Consumer;
  #isHalted = false;
  #commit: ((offsets: Offsets) => Promise<void>) | undefined;

  /**
   * @param onAssigned is told after every join of the group
   * @param onCrash is told when kafkajs gave up for good; it mends by itself what can be retried
   */
  constructor(
    kafka: Kafka,
    settings: FetchSettings,
    onAssigned: () => void,
    onCrash: (error: Error) => void,
    logger: Logger,
  ) {
    this.#settings = settings;
    this.#consumer = kafka.consumer({
      groupId: settings.groupId,
      allowAutoTopicCreation: false,
      sessionTimeout: settings.sessionTimeoutMs,
      heartbeatInterval: Math.min(HEARTBEAT_MS, Math.floor(settings.sessionTimeoutMs / 3)),
      // A fetch waits at most so long; data cut the wait short.
      minBytes: 1,
      maxWaitTimeInMs: Math.min(POLL_MS, Math.floor(settings.sessionTimeoutMs / 3)),
      maxBytes: settings.fetchBytes,
      // Half of kafkajs's default, so that one far-behind partition leaves room for fifteen others.
      maxBytesPerPartition: MAX_PARTITION_BYTES,
      retry: { retries: Number.MAX_SAFE_INTEGER },
    });
    const { GROUP_JOIN, CRASH } = this.#consumer.events;
    this.#consumer.on(GROUP_JOIN, ({ payload }) => {
      this.generation += 1;
      this.assigned = payload.memberAssignment[settings.topic] ?? [];
      logger.info({ topic: settings.topic, partitions: this.assigned }, 'partitions assigned');
      onAssigned();
    });
    this.#consumer.on(CRASH, ({ payload: { error, restart } }) => {
      if (!restart) onCrash(error);
    });
  }

  async start(take: TakeBatch): Promise<void> {
    this.#take = take;
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topic: this.#settings.topic, fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async (payload) => {
        if (this.#isHalted) return;
        const { batch } = payload;
        this.#commit = (offsets) => payload.commitOffsetsIfNecessary(offsets);
        const ours = this.#batch(batch, () => payload.heartbeat());
        if ((await this.#take(ours)) && ours.isCurrent()) payload.resolveOffset(batch.lastOffset());
      },
    });
  }

  /**
   * Commits the next offsets of partitions, once: kafkajs's own retries would carry them into the next generation.
   * @throws where the group has moved on or the broker is away; the records may then come again
   */
  async commit(nextOffsets: ReadonlyMap<number, number>): Promise<void> {
    const partitions = [...nextOffsets].map(([partition, next]) => ({ partition, offset: String(next) }));
    if (!this.#commit) throw new Error('No batch was fetched yet, so there is nobody to commit as.');
    await this.#commit({ topics: [{ topic: this.#settings.topic, partitions }] });
  }

  /** Takes no more batches; the member stays in its group, so that it may still commit. */
  halt(): void {
    this.#isHalted = true;
    this.#consumer.pause([{ topic: this.#settings.topic }]);
  }

  /** Leaves the group, so that the others need not wait for the session to time out. */
  async leave(): Promise<void> {
    await this.#consumer.disconnect();
  }

  #batch(fetched: KafkaBatch, heartbeat: () => Promise<void>): Batch {
    const { generation } = this;
    const recordSet = recordSetOf(fetched);
    return {
      topic: this.#settings.topic,
      partition: fetched.partition,
      generation,
      firstOffset: Number(fetched.firstOffset()),
      lastOffset: Number(fetched.lastOffset()),
      records: () => recordSet.records(),
      heartbeat,
      isCurrent: () => generation === this.generation && !this.#isHalted,
    };
  }
}
