import { endedDays, invalidatedDays, type Candidate } from '../store/charges/days-to-close.ts';
import { closeDays } from './closing/close-days.ts';
import type { ClickHouseClient } from '../platform/clickhouse/connect.ts';
import type { LandedLog } from '../platform/landed-log.ts';
import type { Topics } from '../schemas/topics.ts';
import { advanceProgress, readProgress } from '../store/progress/aggregator-progress.ts';
import {
  clearInvalidations,
  INVALIDATIONS_PER_PASS,
  readInvalidations,
  resealInvalidated,
  type Invalidation,
} from './sealing/invalidations.ts';
import { sealEndedHours } from './sealing/seal-hours.ts';
import type { SettingsStore } from '../store/settings/store.ts';
import type { ClosingDelays } from '../domain/closing/when-to-close.ts';
import { readConfirmed } from '../store/progress/watermark.ts';
import { closableUntil } from '../domain/closing/when-to-close.ts';

export interface TickDelays extends ClosingDelays {
  /** How long the late events of a burst are gathered before their hours are sealed again. */
  readonly gatherMs: number;
}

/** The dependencies and settings of a tick. */
export interface Aggregator {
  readonly client: ClickHouseClient;
  readonly store: SettingsStore;
  /** The topic daily-charges. */
  readonly log: LandedLog;
  readonly now: () => number;
  /** A day closes by the watermarks of both: every call and every change of settings of the day has landed by then. */
  readonly topics: Pick<Topics, 'calls' | 'settings'>;
  readonly timing: TickDelays;
}

/** The work that a tick has done. */
export interface TickReport {
  readonly hoursSealed: number;
  readonly invalidationsCleared: number;
  readonly chargesAppended: number;
}

/**
 * One round of the aggregator: seals ended hours, re-seals hours that late events invalidated, closes ended days and
 * re-closes days that late events changed. The recorded progress says what is still to do, so a tick may crash at any
 * instant, run twice at once, or come hours late.
 */
export async function tick({ client, store, log, now, topics, timing }: Aggregator): Promise<TickReport> {
  const { calls, closable } = await readTimes();
  const settings = await store.refresh();
  const hoursSealed = await sealEndedHours(client, calls, timing.sealDelayMs);
  const progress = await readProgress(client);

  let ended = closable > progress.closed ? await endedDays(client, settings, progress, closable) : [];
  let chargesAppended = 0;
  let invalidationsCleared = 0;
  // Invalidations added from here on wait for the next tick: a steady trickle of late events must not block this one.
  for (let more = true; more;) {
    const invalidations = await readInvalidations(client, progress.sealed, timing.gatherMs);
    more = invalidations.length === INVALIDATIONS_PER_PASS;
    await resealInvalidated(client, invalidations);
    // Most ticks find none and skip the further queries.
    const invalidated = invalidations.length === 0 ? [] : await daysOf(invalidations);
    const candidates = [...ended, ...invalidated];
    chargesAppended += await closeDays({ client, store, log, now }, candidates, progress.sealed);
    // Cleared last: after a crash before this line the next tick finds the same hours and days again.
    await clearInvalidations(client, invalidations);
    invalidationsCleared += invalidations.length;
    ended = [];
  }
  if (closable > progress.closed) await advanceProgress(client, 'closed', closable);
  return { hoursSealed, invalidationsCleared, chargesAppended };

  /** Reads times and progress again: another aggregator may have closed these days since this tick began. */
  async function daysOf(invalidations: readonly Invalidation[]): Promise<Candidate[]> {
    const closedUntil = Math.max((await readTimes()).closable, (await readProgress(client)).closed);
    return invalidatedDays(await store.refresh(), invalidations, closedUntil);
  }

  /** Call it before refreshing the settings: they then include everything that had landed by these times. */
  async function readTimes(): Promise<{ calls: number; closable: number }> {
    const confirmed = await readConfirmed(client, topics, now());
    return { calls: confirmed.calls, closable: closableUntil(confirmed, timing) };
  }
}
