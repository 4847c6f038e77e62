import type { Admin, Consumer, Kafka } from 'kafkajs';
import type { Logger } from '../platform/logging.ts';
import { advertising } from './advertised.ts';
import { HeardFrom } from './heard-from.ts';
import { Ownership } from './ownership.ts';
import type { LoggedLease } from './restoring.ts';
import { Takeovers } from './takeovers.ts';

export interface MembershipOptions {
  readonly kafka: Kafka;
  /** Connected. */
  readonly admin: Admin;
  readonly groupId: string;
  readonly topic: string;
  /** Where the other gates send the organisations of this one. */
  readonly url: string;
  readonly sessionMs: number;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  readonly logger: Logger;
  /** The partition is owned, with these leases: from now on it may grant. */
  readonly onOwned: (partition: number, leases: readonly LoggedLease[]) => void;
  readonly onLost: (partition: number) => void;
  readonly onCrash: (error: Error) => void;
}

const POLL_MS = 500;
const LOOK_EVERY_MS = 200;
const HEARTBEAT_MS = 900;
/** kafkajs sends one between two fetches, and what counts is when the one before was answered: see HeardFrom. */
const BEATS_A_SESSION = 6;

/** This gate's membership of the group that divides the organisations: see Ownership. */
export class Membership {
  readonly ownership: Ownership;
  readonly #options: MembershipOptions;
  readonly #consumer: Consumer;
  readonly #takeovers: Takeovers;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  readonly #heard: HeardFrom;
  #tokens = 0;
  /** What Kafka has assigned. */
  #current: readonly number[] = [];

  constructor(options: MembershipOptions) {
    const { kafka, groupId, sessionMs, url, now } = options;
    this.#options = options;
    this.ownership = new Ownership(sessionMs, now);
    this.#heard = new HeardFrom(now);
    this.#takeovers = new Takeovers(options);
    this.#consumer = kafka.consumer({
      groupId,
      allowAutoTopicCreation: false,
      sessionTimeout: sessionMs,
      rebalanceTimeout: Math.max(sessionMs, 10_000),
      heartbeatInterval: Math.min(HEARTBEAT_MS, Math.floor(sessionMs / BEATS_A_SESSION)),
      maxWaitTimeInMs: Math.min(POLL_MS, Math.floor(sessionMs / BEATS_A_SESSION)),
      partitionAssigners: [advertising(url)],
      // Every record that a broker has acknowledged, whatever else is in the log.
      readUncommitted: true,
      retry: { retries: Number.MAX_SAFE_INTEGER },
    });
  }

  async start(): Promise<void> {
    const { topic, onCrash } = this.#options;
    const { REQUEST, HEARTBEAT, GROUP_JOIN, CRASH } = this.#consumer.events;
    this.#consumer.on(REQUEST, ({ payload: { apiName } }) => this.#heard.answered(apiName));
    this.#consumer.on(HEARTBEAT, () => this.ownership.seen(this.#heard.heartbeatSentAt));
    this.#consumer.on(GROUP_JOIN, ({ payload }) => this.#assigned(payload.memberAssignment[topic] ?? []));
    this.#consumer.on(CRASH, ({ payload: { error, restart } }) => {
      if (!restart) onCrash(error);
    });
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topic, fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        const { partition } = batch;
        if (!this.#takeovers.has(partition)) {
          this.#consumer.pause([{ topic, partitions: [partition] }]);
          return;
        }
        const next = await this.#takeovers.take(batch);
        if (next !== undefined) this.#consumer.seek({ topic, partition, offset: String(next) });
      },
    });
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    }, LOOK_EVERY_MS);
  }

  /** How many partitions it reads before it may grant from them. */
  get restoringCount(): number {
    return this.#takeovers.count;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
    this.#drop(this.ownership.owned());
    await this.#consumer.disconnect();
  }

  #assigned(partitions: readonly number[]): void {
    const { topic, sessionMs, logger } = this.#options;
    const before = this.ownership.owned();
    this.ownership.assigned(partitions);
    const kept = new Set(this.ownership.owned());
    this.ownership.seen(this.#heard.joinSentAt);
    this.#lose(before.filter((partition) => !kept.has(partition)));
    this.#takeovers.clear();
    this.#current = partitions;
    const gained = partitions.filter((partition) => !kept.has(partition));
    for (const partition of gained) this.#takeovers.begin(partition, Ownership.waitMs(sessionMs));
    // A member that joins reads from the beginning: nothing is committed.
    if (gained.length > 0) this.#consumer.resume([{ topic, partitions: gained }]);
    logger.info({ partitions, kept: [...kept] }, 'organisations assigned');
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const { logger, onOwned } = this.#options;
    if (!this.ownership.isMember && this.ownership.owned().length > 0) this.#drop(this.ownership.owned());
    if (this.ownership.isMember) this.#regain();
    try {
      await this.#takeovers.finish((partition, leases) => {
        onOwned(partition, leases);
        this.ownership.own(partition, (this.#tokens += 1));
      });
    } catch (error) {
      logger.warn({ err: error }, 'cannot read the ends of the leases; trying again');
    }
  }

  /** After heartbeats that came too late, where Kafka has not ended the session: as if it had joined anew. */
  #regain(): void {
    const { topic, sessionMs } = this.#options;
    const owned = new Set(this.ownership.owned());
    for (const partition of this.#current) {
      if (owned.has(partition) || this.#takeovers.has(partition)) continue;
      this.#takeovers.begin(partition, Ownership.waitMs(sessionMs));
      this.#consumer.seek({ topic, partition, offset: '0' });
      this.#consumer.resume([{ topic, partitions: [partition] }]);
    }
  }

  #drop(partitions: readonly number[]): void {
    this.ownership.loseAll();
    this.#lose(partitions);
  }

  #lose(partitions: readonly number[]): void {
    for (const partition of partitions) this.#options.onLost(partition);
  }
}
