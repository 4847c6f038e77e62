import type { Logger } from '../deploy/logging.ts';
import type { LandedRange } from './block.ts';
import type { Counters } from './counters.ts';
import type { Fetcher } from './fetch.ts';

/**
 * Offset commits of what has landed. A refused one (the group is rebalancing, the broker is away) is kept for the
 * next attempt, or left to the partition's new owner, who lands the records again, harmlessly.
 */
export class Commits {
  readonly #fetcher: Fetcher;
  readonly #counters: Counters;
  readonly #logger: Logger;
  #waiting = new Map<number, number>();
  #generation = 0;

  constructor(fetcher: Fetcher, counters: Counters, logger: Logger) {
    this.#fetcher = fetcher;
    this.#counters = counters;
    this.#logger = logger;
  }

  /** Adds landed ranges and commits all that waits. Never rejects. */
  async commit(ranges: readonly LandedRange[] = []): Promise<void> {
    const { generation, assigned } = this.#fetcher;
    if (this.#generation !== generation) this.#waiting = new Map();
    this.#generation = generation;
    for (const range of ranges) {
      if (range.generation !== generation || !assigned.includes(range.partition)) continue;
      this.#waiting.set(range.partition, range.lastOffset + 1);
    }
    if (this.#waiting.size === 0) return;
    const sent = new Map(this.#waiting);
    try {
      await this.#fetcher.commit(sent);
      for (const [partition, next] of sent) {
        if (this.#waiting.get(partition) === next) this.#waiting.delete(partition);
      }
    } catch (error) {
      this.#counters.refusedCommits += 1;
      this.#logger.warn({ err: error }, 'offset commit refused; what landed stays, and may come again');
    }
  }
}
