import type { Tick } from './decide/decider.ts';

/** D: shorter failures, as while a server restarts, need no one's attention. */
const LATELY_MS = 60_000;

export const OUTCOMES = ['succeeded', 'failed', 'standby'] as const;
export type TickOutcome = (typeof OUTCOMES)[number];

/** What the ticks of this process have done since it started. */
export class TickHistory {
  readonly #now: () => number;
  readonly counts: Record<TickOutcome, number> = { succeeded: 0, failed: 0, standby: 0 };
  looks = 0;
  raised = 0;
  resolved = 0;
  failedLooks = 0;
  #lastGoodAtMs = 0;

  /** @param now epoch milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Epoch milliseconds; 0 before the first tick that did not fail. */
  get lastGoodAtMs(): number {
    return this.#lastGoodAtMs;
  }

  succeeded(tick: Tick): void {
    this.looks += tick.looks;
    this.raised += tick.raised;
    this.resolved += tick.resolved;
    this.failedLooks += tick.failures.length;
    this.counts.succeeded += 1;
    this.#lastGoodAtMs = this.#now();
  }

  stoodBy(): void {
    this.counts.standby += 1;
    this.#lastGoodAtMs = this.#now();
  }

  failed(): void {
    this.counts.failed += 1;
  }

  /** What keeps the process from its work. */
  problems(): string[] {
    if (this.#lastGoodAtMs === 0) return ['No tick has succeeded yet'];
    const forMs = this.#now() - this.#lastGoodAtMs;
    return forMs > LATELY_MS ? [`No tick has succeeded for ${Math.round(forMs / 1_000)} s`] : [];
  }
}
