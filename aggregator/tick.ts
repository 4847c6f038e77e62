import { endedDays, invalidatedDays, type Candidate } from '../store/charges/days-to-close.ts';
import { closeDays } from './closing/close-days.ts';
import type { ClickHouseClient } from '../platform/clickhouse/connect.ts';
import type { LandedLog } from '../platform/landed-log.ts';
import type { Topics } from '../schemas/topics.ts';
import { advanceProgress, readProgress } from '../store/progress/aggregator-progress.ts';
import {
  clearInvalidations,
  INVALIDATIONS_AT_ONCE,
  readInvalidations,
  resealInvalidated,
  type Invalidation,
} from './sealing/invalidations.ts';
import { sealEndedHours } from './sealing/seal-hours.ts';
import type { SettingsStore } from '../store/settings/store.ts';
import type { ClosingDelays } from '../domain/closing/when-to-close.ts';
import { readConfirmed } from '../store/progress/watermark.ts';
import { closableUntil } from '../domain/closing/when-to-close.ts';

export interface TickSettings extends ClosingDelays {
  /** How long late events of a burst are gathered before they are sealed again. */
  readonly gatherMs: number;
}

/** What a tick works with. */
export interface Aggregator {
  readonly client: ClickHouseClient;
  readonly store: SettingsStore;
  /** The topic daily-charges. */
  readonly log: LandedLog;
  readonly now: () => number;
  /** The landing of both decides how far time has come: a day closes with every call and every change of it known. */
  readonly topics: Pick<Topics, 'calls' | 'settings'>;
  readonly timing: TickSettings;
}

/** What a tick did. */
export interface TickReport {
  readonly hoursSealed: number;
  readonly invalidationsCleared: number;
  readonly chargesAppended: number;
}

/**
 * One round of the aggregator: seals ended hours, re-seals what late events dirtied, closes ended days and
 * re-closes those that the late events changed. What is due comes from what is recorded as done, so a tick may die
 * at any instant, run twice at once, or come hours late.
 */
export async function tick({ client, store, log, now, topics, timing }: Aggregator): Promise<TickReport> {
  const { calls, closable } = await look();
  const settings = await store.refresh();
  const hoursSealed = await sealEndedHours(client, calls, timing.sealDelayMs);
  const progress = await readProgress(client);

  let ended = closable > progress.closed ? await endedDays(client, settings, progress, closable) : [];
  let chargesAppended = 0;
  let invalidationsCleared = 0;
  // Marks that come meanwhile are the next tick's: a steady trickle of late events holds up nothing else.
  for (let more = true; more;) {
    const invalidations = await readInvalidations(client, progress.sealed, timing.gatherMs);
    more = invalidations.length === INVALIDATIONS_AT_ONCE;
    await resealInvalidated(client, invalidations);
    // Most ticks find none: they look at nothing twice.
    const marked = invalidations.length === 0 ? [] : await daysOf(invalidations);
    chargesAppended += await closeDays({ client, store, log, now }, [...ended, ...marked], progress.sealed);
    // Only now: a crash before this brings the same hours and days back, and nothing changes.
    await clearInvalidations(client, invalidations);
    invalidationsCleared += invalidations.length;
    ended = [];
  }
  if (closable > progress.closed) await advanceProgress(client, 'closed', closable);
  return { hoursSealed, invalidationsCleared, chargesAppended };

  /** Read after the marks: their days may have been closed by another aggregator since this tick began, or be now. */
  async function daysOf(invalidations: readonly Invalidation[]): Promise<Candidate[]> {
    const dueUntil = Math.max((await look()).closable, (await readProgress(client)).closed);
    return invalidatedDays(await store.refresh(), invalidations, dueUntil);
  }

  /** Read before the settings, which then hold what had landed by then. */
  async function look(): Promise<{ calls: number; closable: number }> {
    const confirmed = await readConfirmed(client, topics, now());
    return { calls: confirmed.calls, closable: closableUntil(confirmed, timing) };
  }
}
