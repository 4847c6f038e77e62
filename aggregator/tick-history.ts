import { Ticks } from '../platform/lifecycle/ticks.ts';
import type { TickReport } from './tick.ts';

/** D: a tick with a backlog takes minutes, its longest statement SEAL_WITHIN_S. */
const LONGEST_TICK_MS = 30 * 60_000;

/** What the ticks of this process have done since it started. */
export class TickHistory extends Ticks {
  hoursSealed = 0;
  invalidationsCleared = 0;
  chargesAppended = 0;
  /** Of the last tick that did its work; undefined before the first. */
  last: TickReport | undefined;

  /** @param now epoch milliseconds */
  constructor(now: () => number) {
    super(now, LONGEST_TICK_MS);
  }

  succeeded(report: TickReport): void {
    this.last = report;
    this.hoursSealed += report.hoursSealed;
    this.invalidationsCleared += report.invalidationsCleared;
    this.chargesAppended += report.chargesAppended;
    this.ended('succeeded');
  }

  /** Nothing was due, as in the last tick. */
  foundNothing(): void {
    this.ended('succeeded');
  }
}
