import type { LeaseReport } from './lease.ts';

/**
 * What a holder has of one lease: it decides from it without asking. Instants are milliseconds of the holder's
 * monotonic clock, so that no clock that is set changes how long a lease lasts.
 */
export class Pool {
  readonly id: string;
  readonly beganAt: number;
  #granted = 0;
  #returned = 0;
  #spent = 0;
  #settled = 0;
  #endsAt = -Infinity;
  isClosed = false;

  constructor(id: string, now: number) {
    this.id = id;
    this.beganAt = now;
  }

  /** Credits that calls may still take; none once the lease has ended. Negative where calls cost more than reserved. */
  free(now: number): number {
    if (this.isClosed || now >= this.#endsAt) return Math.min(0, this.#left);
    return this.#left;
  }

  get #left(): number {
    return this.#granted - this.#returned - this.#spent;
  }

  /** Whether every call that it admitted is settled. */
  get isSettled(): boolean {
    return this.#settled >= this.#spent;
  }

  get endsAt(): number {
    return this.#endsAt;
  }

  report(): LeaseReport {
    if (this.isClosed) this.returnAllBut(0);
    return { settled: this.#settled, returned: this.#returned, isClosed: this.isClosed && this.isSettled };
  }

  /** The answer to a request that was sent at an instant. Answers may overtake each other. */
  answered(granted: number, endsAt: number): void {
    this.#granted = Math.max(this.#granted, granted);
    this.#endsAt = Math.max(this.#endsAt, endsAt);
  }

  /** Reserves credits for a call; the caller has looked at `free`. */
  take(credits: number): void {
    this.#spent += credits;
  }

  /** A call turned out to cost more or less than was reserved. */
  correct(difference: number): void {
    this.#spent += difference;
  }

  /** Kafka has acknowledged the event of a call, or the call has none. */
  settle(credits: number): void {
    this.#settled += credits;
  }

  /** Gives back all but some credits. */
  returnAllBut(kept: number): void {
    this.#returned += Math.max(0, this.#left - kept);
  }

  /** Admits nothing more, and gives back what is left. */
  close(): void {
    this.isClosed = true;
    this.returnAllBut(0);
  }
}
