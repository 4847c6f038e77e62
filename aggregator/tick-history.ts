import type { TickReport } from './tick.ts';

/** D: shorter failures, as while a server restarts, need no one's attention. */
const LATELY_MS = 60_000;
/** D: a tick with a backlog takes minutes, its longest statement SEAL_WITHIN_S. */
const LONGEST_TICK_MS = 30 * 60_000;

export const OUTCOMES = ['succeeded', 'failed', 'standby'] as const;
/** `standby`: another aggregator has the work, and this one did nothing. */
export type TickOutcome = (typeof OUTCOMES)[number];

/** What the ticks of this process have done since it started; what /readyz and /metrics show. Times in epoch milliseconds. */
export class TickHistory {
  readonly #now: () => number;
  readonly counts: Record<TickOutcome, number> = { succeeded: 0, failed: 0, standby: 0 };
  hoursSealed = 0;
  invalidationsCleared = 0;
  chargesAppended = 0;
  /** Of the last tick that did its work; undefined before the first. */
  last: TickReport | undefined;
  lastOutcome: TickOutcome | undefined;
  lastDurationMs: number | undefined;
  /** The end of the last tick that did not fail; 0 before the first. */
  lastGoodAtMs = 0;
  #runningSinceMs: number | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  started(): void {
    this.#runningSinceMs = this.#now();
  }

  succeeded(report: TickReport): void {
    this.last = report;
    this.hoursSealed += report.hoursSealed;
    this.invalidationsCleared += report.invalidationsCleared;
    this.chargesAppended += report.chargesAppended;
    this.#ended('succeeded');
  }

  /** Nothing was due, as in the last tick. */
  foundNothing(): void {
    this.#ended('succeeded');
  }

  stoodBy(): void {
    this.#ended('standby');
  }

  failed(): void {
    this.#ended('failed');
  }

  /** What keeps the aggregator from its work. */
  problems(): string[] {
    const now = this.#now();
    const runsForMs = this.#runningSinceMs === undefined ? 0 : now - this.#runningSinceMs;
    return [
      ...(this.lastGoodAtMs === 0 ? ['No tick has succeeded yet'] : []),
      ...(this.lastGoodAtMs > 0 && this.lastOutcome === 'failed' && now - this.lastGoodAtMs > LATELY_MS
        ? [`Every tick has failed for ${Math.round((now - this.lastGoodAtMs) / 1_000)} s`]
        : []),
      ...(runsForMs > LONGEST_TICK_MS ? [`A tick has run for ${Math.round(runsForMs / 60_000)} min`] : []),
    ];
  }

  #ended(outcome: TickOutcome): void {
    const now = this.#now();
    this.counts[outcome] += 1;
    this.lastOutcome = outcome;
    this.lastDurationMs = now - (this.#runningSinceMs ?? now);
    this.#runningSinceMs = undefined;
    if (outcome !== 'failed') this.lastGoodAtMs = now;
  }
}
