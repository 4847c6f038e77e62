/** D: shorter failures, as while a server restarts, need no one's attention. */
const LATELY_MS = 60_000;

export const OUTCOMES = ['succeeded', 'failed', 'standby'] as const;
/** `standby`: another process has the work, and this one did nothing. */
export type TickOutcome = (typeof OUTCOMES)[number];

/** When and how the ticks of a process ended; what /readyz and /metrics show of any. Times in epoch milliseconds. */
export class Ticks {
  readonly #now: () => number;
  readonly #longestMs: number;
  readonly counts: Record<TickOutcome, number> = { succeeded: 0, failed: 0, standby: 0 };
  lastOutcome: TickOutcome | undefined;
  lastDurationMs: number | undefined;
  /** The end of the last tick that did not fail; 0 before the first. */
  lastGoodAtMs = 0;
  #runningSinceMs: number | undefined;

  /** @param longestMs a tick that runs for longer is a problem */
  constructor(now: () => number, longestMs: number) {
    this.#now = now;
    this.#longestMs = longestMs;
  }

  started(): void {
    this.#runningSinceMs = this.#now();
  }

  stoodBy(): void {
    this.ended('standby');
  }

  failed(): void {
    this.ended('failed');
  }

  protected ended(outcome: TickOutcome): void {
    const now = this.#now();
    this.counts[outcome] += 1;
    this.lastOutcome = outcome;
    this.lastDurationMs = now - (this.#runningSinceMs ?? now);
    this.#runningSinceMs = undefined;
    if (outcome !== 'failed') this.lastGoodAtMs = now;
  }

  /** What keeps the process from its work. */
  problems(): string[] {
    const now = this.#now();
    const runsForMs = this.#runningSinceMs === undefined ? 0 : now - this.#runningSinceMs;
    return [
      ...(this.lastGoodAtMs === 0 ? ['No tick has succeeded yet'] : []),
      ...(this.lastGoodAtMs > 0 && this.lastOutcome === 'failed' && now - this.lastGoodAtMs > LATELY_MS
        ? [`Every tick has failed for ${Math.round((now - this.lastGoodAtMs) / 1_000)} s`]
        : []),
      ...(runsForMs > this.#longestMs ? [`A tick has run for ${Math.round(runsForMs / 60_000)} min`] : []),
    ];
  }
}
