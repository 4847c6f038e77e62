import type { Holder } from '../../domain/gate/holder.ts';
import type { LeasesAnswer, LeasesRequest } from '../../domain/gate/protocol.ts';

export interface RenewalOptions {
  readonly renew: (request: LeasesRequest) => Promise<LeasesAnswer>;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  readonly onFailure: (error: unknown) => void;
}

/** After a failed request; doubled up to the longest. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** Keeps one subscription's leases renewed: one request at a time. */
export class Renewal {
  readonly holder: Holder;
  readonly #options: RenewalOptions;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #pauseMs = 0;
  #notBefore = -Infinity;
  isReachable = true;
  requests = 0;

  constructor(holder: Holder, options: RenewalOptions) {
    this.holder = holder;
    this.#options = options;
  }

  /** Resolves when a request that began after the call has ended, well or not; at once in the pause after a failure. */
  now(): Promise<void> {
    if (this.#options.now() < this.#notBefore) return Promise.resolve();
    // Calls that come during a request share the next one. None begins beside it: without the calls that wait it would
    // give back what they were just granted.
    if (this.#next !== undefined) return this.#next;
    if (this.#running === undefined) return this.#begin();
    return (this.#next = this.#running.then(() => {
      this.#next = undefined;
      return this.#options.now() < this.#notBefore ? undefined : this.#begin();
    }));
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #begin(): Promise<void> {
    clearTimeout(this.#timer);
    this.#running = this.#request().finally(() => {
      this.#running = undefined;
      this.#timer = setTimeout(() => void this.now(), Math.max(this.holder.renewInMs, this.#pauseMs)).unref();
    });
    return this.#running;
  }

  /** Never rejects. */
  async #request(): Promise<void> {
    const { renew, now, onFailure } = this.#options;
    const sentAt = now();
    this.requests += 1;
    try {
      this.holder.answered(await renew(this.holder.request(sentAt)), sentAt);
      this.isReachable = true;
      this.#pauseMs = 0;
      this.#notBefore = -Infinity;
    } catch (error) {
      this.isReachable = false;
      this.#pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, 2 * this.#pauseMs));
      this.#notBefore = now() + this.#pauseMs;
      onFailure(error);
    }
  }
}
