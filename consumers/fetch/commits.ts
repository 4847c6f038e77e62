import type { Logger } from '../../platform/logging.ts';

import type { Counters } from '../counters.ts';
import type { Fetcher } from './fetcher.ts';
import type { LandedRange } from './landed-range.ts';

const RETRY_MS = 1_000;

/** What a commit needs of the consumer group. */
export type Group = Pick<Fetcher, 'generation' | 'assigned' | 'commit'>;

/**
 * Offset commits of what has landed. A refused one (the group is rebalancing, the broker is away) is kept for the
 * next attempt, or left to the partition's new owner, who lands the records again, harmlessly.
 */
export class Commits {
  readonly #group: Group;
  readonly #counters: Counters;
  readonly #logger: Logger;
  /** Next offsets by partition, of the present generation: the highest landed, and those not yet committed. */
  #landed = new Map<number, number>();
  #waiting = new Map<number, number>();
  #generation = 0;

  constructor(group: Group, counters: Counters, logger: Logger) {
    this.#group = group;
    this.#counters = counters;
    this.#logger = logger;
  }

  /** Adds landed ranges and commits all that waits. Never rejects. */
  async commit(ranges: readonly LandedRange[] = []): Promise<void> {
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
    if (this.#waiting.size === 0) return;
    const sent = new Map(this.#waiting);
    try {
      await this.#group.commit(sent);
      for (const [partition, next] of sent) {
        if (this.#waiting.get(partition) === next) this.#waiting.delete(partition);
      }
    } catch (error) {
      this.#counters.failedCommits += 1;
      this.#logger.warn({ err: error }, 'offset commit refused; what landed stays, and may come again');
      // At rest no landing would bring the next attempt.
      setTimeout(() => void this.commit(), RETRY_MS).unref();
    }
  }
}
