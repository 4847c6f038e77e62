import type { Pool } from './pool.ts';

/** Credits that a call has taken of every limit that applies to it. */
export class Reservation {
  readonly #pools: readonly Pool[];
  #credits: number;
  #isSettled = false;

  constructor(pools: readonly Pool[], credits: number) {
    this.#pools = pools;
    this.#credits = credits;
  }

  /** What the call has cost. Reserve at least as much: the rest goes back, an excess is taken in addition. */
  cost(credits: number): void {
    if (this.#isSettled) return;
    for (const pool of this.#pools) pool.correct(credits - this.#credits);
    this.#credits = credits;
  }

  /**
   * The event of the call is in Kafka, or the call has none and never will. Not for an event that may still arrive: the
   * gate then holds the credits until the call would have left the rolling 24 hours.
   */
  settle(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    for (const pool of this.#pools) pool.settle(this.#credits);
  }

  /** The call was not made: nothing is spent. */
  cancel(): void {
    this.cost(0);
    this.settle();
  }
}
