/**
 * A few late events of a large organisation make whole hours of it be counted again. Where late events never stop, the
 * next count would begin as the last one ends: then counting rests for so many times its own duration, and takes a
 * fifth of the time at most. Meanwhile readers count those hours from the events, so no figure waits.
 */
const REST_FACTOR = 4;
const MOST_REST_MS = 3_600_000;

/** Bounds the share of the time that re-sealing takes. */
export class ResealPace {
  readonly #now: () => number;
  readonly #restFactor: number;
  #restsUntil = -Infinity;

  /** @param now a monotonic clock, in milliseconds */
  constructor(now: () => number, restFactor = REST_FACTOR) {
    this.#now = now;
    this.#restFactor = restFactor;
  }

  /** Does the work, or leaves it for a later call while it rests after the last time. */
  async run(work: () => Promise<void>): Promise<void> {
    const startedAt = this.#now();
    if (startedAt < this.#restsUntil) return;
    try {
      await work();
    } finally {
      const endedAt = this.#now();
      this.#restsUntil = endedAt + Math.min(MOST_REST_MS, (endedAt - startedAt) * this.#restFactor);
    }
  }
}
