import type { Consumer, EachBatchPayload, Kafka, Offsets } from 'kafkajs';
import { recordSetOf } from '../../platform/kafka/kafkajs.ts';
import type { RecordCursor } from '../../platform/kafka/record-cursor.ts';
import type { OffsetRange } from '../../platform/kafka/record-set.ts';
import type { Logger } from '../../platform/logging.ts';

export interface FetchSettings {
  readonly groupId: string;
  readonly topic: string;
  readonly fetchBytes: number;
  readonly sessionTimeoutMs: number;
  /** At least so long from one heartbeat to the next, which is how a member notices that its group rebalances. */
  readonly heartbeatMs: number;
  /** The rack of this process: of the replicas, one in the same rack is fetched from. Empty: the leader. */
  readonly rack: string;
}

/**
 * Consecutive records of one partition. Offsets are inclusive and cover whatever stands there: control records,
 * aborted ones, and those that compaction removed.
 */
export interface FetchedBatch {
  readonly topic: string;
  readonly partition: number;
  readonly generation: number;
  readonly firstOffset: number;
  readonly lastOffset: number;
  /** The published records; none if there were only records of the other kinds. */
  records(this: void): RecordCursor;
  /** The offsets of control and aborted records in [first, last], ascending. */
  unpublishedIn(this: void, first: number, last: number): OffsetRange[];
  heartbeat(this: void): Promise<void>;
  /** False once partitions were reassigned or fetching was halted. Then stop: the rest is delivered again. */
  isCurrent(this: void): boolean;
  /**
   * Fetches from this offset on, but only once `settled` has resolved; until then only other partitions are fetched.
   * Everything before the offset has been taken.
   */
  pauseAt(this: void, offset: number, settled: Promise<void>): void;
}

/** @returns whether the whole batch was taken; otherwise it is fetched again, from where pauseAt says */
export type TakeBatch = (batch: FetchedBatch) => Promise<boolean>;

/** A commit before the first fetch: kafkajs hands out the means to commit with each batch. */
export class NothingFetchedError extends Error {
  readonly code = 'NOTHING_FETCHED';
  constructor(topic: string) {
    super(
      `Cannot commit offsets of ${topic} before its first batch was fetched; commit after taking a batch.`,
    );
    this.name = 'NothingFetchedError';
  }
}

/** How long a fetch waits for the first record. kafkajs has a heartbeat after it, so it must not be longer than one. */
const POLL_MS = 1_000;
const MAX_PARTITION_BYTES = 2 ** 19;
/**
 * How soon a partition that was added is noticed. Also how long a follower is fetched from before the leader names one
 * again: kafkajs does not notice by itself that a follower is gone.
 */
const METADATA_MAX_AGE_MS = 10_000;

/**
 * The only user of kafkajs's consumer. It keeps fetching while taken records land: taking moves the fetch position,
 * and only `commit` moves the group's offset. Every assignment of partitions gets a generation number. Records taken
 * under an older generation may land but are not committed, because the partitions' new owner may be further on.
 */
export class Fetcher {
  generation = 0;
  assigned: readonly number[] = [];
  /** When the group last confirmed that this process is a member, epoch milliseconds; 0 before it joined. */
  memberSeenAtMs = 0;
  readonly #settings: FetchSettings;
  #take: TakeBatch = () => Promise.resolve(false);
  readonly #consumer: Consumer;
  readonly #onCrash: (error: Error) => void;
  #isHalted = false;
  #commit: ((offsets: Offsets) => Promise<void>) | undefined;

  /**
   * @param onAssigned is called after every join of the group
   * @param onCrash gets the error when kafkajs gives up; kafkajs itself retries what can be retried
   */
  constructor(
    kafka: Kafka,
    settings: FetchSettings,
    onAssigned: () => void,
    onCrash: (error: Error) => void,
    logger: Logger,
  ) {
    this.#settings = settings;
    this.#onCrash = onCrash;
    this.#consumer = kafka.consumer({
      groupId: settings.groupId,
      allowAutoTopicCreation: false,
      sessionTimeout: settings.sessionTimeoutMs,
      heartbeatInterval: Math.min(settings.heartbeatMs, Math.floor(settings.sessionTimeoutMs / 3)),
      minBytes: 1,
      maxWaitTimeInMs: Math.min(POLL_MS, Math.floor(settings.sessionTimeoutMs / 3)),
      maxBytes: settings.fetchBytes,
      metadataMaxAge: METADATA_MAX_AGE_MS,
      rackId: settings.rack,
      // Half of kafkajs's default, so that one lagging partition leaves room for fifteen others.
      maxBytesPerPartition: MAX_PARTITION_BYTES,
      retry: { retries: Number.MAX_SAFE_INTEGER },
    });
    const { GROUP_JOIN, HEARTBEAT, CRASH } = this.#consumer.events;
    this.#consumer.on(HEARTBEAT, ({ timestamp }) => (this.memberSeenAtMs = timestamp));
    this.#consumer.on(GROUP_JOIN, ({ payload, timestamp }) => {
      this.memberSeenAtMs = timestamp;
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
        const ours = this.#batch(payload);
        if ((await this.#take(ours)) && ours.isCurrent()) payload.resolveOffset(batch.lastOffset());
      },
    });
  }

  /**
   * Commits the next offsets of partitions, in one attempt: kafkajs's own retries would carry them into the next
   * generation.
   * @throws if the group has rebalanced or the broker is away; the records may then be delivered again
   */
  async commit(nextOffsets: ReadonlyMap<number, number>): Promise<void> {
    const partitions = [...nextOffsets].map(([partition, next]) => ({ partition, offset: String(next) }));
    if (!this.#commit) throw new NothingFetchedError(this.#settings.topic);
    await this.#commit({ topics: [{ topic: this.#settings.topic, partitions }] });
  }

  /** How many of its partitions are not fetched now (pauseAt). */
  pausedCount(): number {
    return this.#consumer.paused().reduce((count, { partitions }) => count + partitions.length, 0);
  }

  /** Takes no more batches. The member stays in its group, so it can still commit. */
  halt(): void {
    this.#isHalted = true;
    this.#consumer.pause([{ topic: this.#settings.topic }]);
  }

  /** Leaves the group, so that its other members need not wait for the session to time out. */
  async leave(): Promise<void> {
    await this.#consumer.disconnect();
  }

  #batch(payload: EachBatchPayload): FetchedBatch {
    const { generation } = this;
    const { batch: fetched } = payload;
    const recordSet = recordSetOf(fetched);
    const firstOffset = Number(fetched.firstOffset());
    const isCurrent = () => generation === this.generation && !this.#isHalted;
    return {
      topic: this.#settings.topic,
      partition: fetched.partition,
      generation,
      firstOffset,
      lastOffset: Number(fetched.lastOffset()),
      records: () => recordSet.records(),
      unpublishedIn: (first, last) => recordSet.unpublishedIn(first, last),
      heartbeat: () => payload.heartbeat(),
      isCurrent,
      pauseAt: (offset, settled) => {
        if (!isCurrent()) return;
        if (offset > firstOffset) payload.resolveOffset(String(offset - 1));
        settled.then(payload.pause(), this.#onCrash);
      },
    };
  }
}
