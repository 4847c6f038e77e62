/** How fast a holder spends a limit's credits, to size its lease. Milliseconds of a monotonic clock. */
export class Demand {
  #since: number;
  #spent = 0;
  #perMs = 0;

  constructor(now: number) {
    this.#since = now;
  }

  spend(credits: number): void {
    this.#spent += credits;
  }

  /**
   * The credits that will be spent in `aheadMs`, by the present rate. A rise shows at once, a fall within a few
   * requests: too small a lease rejects calls, too large a one keeps credits from other holders for a moment.
   */
  expected(now: number, aheadMs: number): number {
    const elapsed = Math.max(SHORTEST_MS, now - this.#since);
    const rate = this.#spent / elapsed;
    this.#perMs = rate >= this.#perMs ? rate : FALL * rate + (1 - FALL) * this.#perMs;
    this.#since = now;
    this.#spent = 0;
    const credits = Math.ceil(this.#perMs * aheadMs);
    return this.#perMs * QUIET_MS < 1 ? 0 : credits;
  }
}

/** A burst of a few milliseconds is not a rate. */
const SHORTEST_MS = 100;
const FALL = 0.4;
/** Less than a credit in so long needs no lease between two calls. */
const QUIET_MS = 60_000;
