import type { Logger } from '../../platform/logging.ts';
import type { Counters } from '../counters.ts';
import type { Fetcher } from './fetcher.ts';
import type { LandedRange } from './landed-range.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** What a commit needs of the consumer group. */
export type Group = Pick<Fetcher, 'generation' | 'assigned' | 'commit'>;

/**
 * Commits the offsets of landed records. An offset whose commit failed (the group is rebalancing, the broker is away)
 * goes into the next commit. After a rebalance it is dropped: the partition's new owner lands the records again, which
 * is harmless.
 */
export class Commits {
  readonly #group: Group;
  readonly #counters: Counters;
  readonly #logger: Logger;
  readonly #firstPauseMs: number;
  /** Next offsets by partition, of the present generation: the highest landed, and those not yet committed. */
  #landed = new Map<number, number>();
  #waiting = new Map<number, number>();
  #generation = 0;
  /** At most one retry waits, however many commits fail; the pause doubles until a commit succeeds. */
  #retry: NodeJS.Timeout | undefined;
  #pauseMs: number;

  constructor(group: Group, counters: Counters, logger: Logger, firstPauseMs = FIRST_PAUSE_MS) {
    this.#group = group;
    this.#counters = counters;
    this.#logger = logger;
    this.#firstPauseMs = firstPauseMs;
    this.#pauseMs = firstPauseMs;
  }

  /** Adds landed ranges and commits everything that waits, in one attempt. Never rejects. */
  async commit(ranges: readonly LandedRange[] = []): Promise<void> {
    this.#add(ranges);
    if (this.#waiting.size === 0) return;
    const sent = new Map(this.#waiting);
    try {
      await this.#group.commit(sent);
    } catch (error) {
      this.#counters.failedCommits += 1;
      this.#logger.warn(
        { err: error },
        'offset commit failed; its records have landed and may be delivered again',
      );
      this.#retryLater();
      return;
    }
    for (const [partition, next] of sent) {
      if (this.#waiting.get(partition) === next) this.#waiting.delete(partition);
    }
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#pauseMs = this.#firstPauseMs;
  }

  #add(ranges: readonly LandedRange[]): void {
    const { generation, assigned } = this.#group;
    if (this.#generation !== generation) {
      this.#generation = generation;
      this.#landed = new Map();
      this.#waiting = new Map();
    }
    for (const range of ranges) {
      const next = range.lastOffset + 1;
      const isOurs = range.generation === generation && assigned.includes(range.partition);
      if (!isOurs || next <= (this.#landed.get(range.partition) ?? 0)) continue;
      this.#landed.set(range.partition, next);
      this.#waiting.set(range.partition, next);
    }
  }

  /** Without a timer, a partition at rest would never be committed. */
  #retryLater(): void {
    if (this.#retry) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      void this.commit();
    }, this.#pauseMs).unref();
    this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
  }
}
