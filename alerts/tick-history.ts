import { Ticks } from '../platform/lifecycle/ticks.ts';
import type { Tick } from './decide/decider.ts';

/** D: a tick takes less also where an alert must be looked at for each of many subscriptions. */
const LONGEST_TICK_MS = 2 * 60_000;

/** What the ticks of this process have done since it started. */
export class TickHistory extends Ticks {
  looks = 0;
  raised = 0;
  resolved = 0;
  failedLooks = 0;

  /** @param now epoch milliseconds */
  constructor(now: () => number) {
    super(now, LONGEST_TICK_MS);
  }

  succeeded(tick: Tick): void {
    this.looks += tick.looks;
    this.raised += tick.raised;
    this.resolved += tick.resolved;
    this.failedLooks += tick.failures.length;
    this.ended('succeeded');
  }
}
