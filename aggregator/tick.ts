import { endedDays, markedDays, type Candidate } from '../store/charges/days-to-close.ts';
import { closeDays } from './closing/close-days.ts';
import type { ClickHouseClient } from '../platform/clickhouse/connect.ts';
import type { LandedLog } from '../platform/landed-log.ts';
import type { Topics } from '../schemas/topics.ts';
import { readLandedUntil } from '../store/watermark/watermark.ts';
import { advanceProgress, readProgress } from '../store/watermark/aggregator-progress.ts';
import { clearMarks, MARKS_AT_ONCE, readMarks, resealMarked, type Mark } from './sealing/invalidations.ts';
import { sealableUntil, sealEndedHours } from './sealing/seal-hours.ts';
import type { SettingsStore } from '../store/settings/store.ts';
import { BUCKET_MS, floorTo } from '../store/usage/plan.ts';

export interface TickSettings {
  /** How long after an hour's end its first seal waits; must exceed the difference of the machines' clocks. */
  readonly sealDelayMs: number;
  /** How long after a day's end its first close waits (domain.md: 15 min). */
  readonly graceMs: number;
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
  readonly marksCleared: number;
  readonly chargesAppended: number;
}

/**
 * One round of the aggregator: seals ended hours, re-seals what late events dirtied, closes ended days and
 * re-closes those that the late events changed. What is due comes from what is recorded as done, so a tick may die
 * at any instant, run twice at once, or come hours late.
 */
export async function tick({ client, store, log, now, topics, timing }: Aggregator): Promise<TickReport> {
  const { landedUntil, closableUntil } = await look();
  const settings = await store.refresh();
  const hoursSealed = await sealEndedHours(client, landedUntil, timing.sealDelayMs);
  const progress = await readProgress(client);

  let ended =
    closableUntil > progress.closed ? await endedDays(client, settings, progress, closableUntil) : [];
  let chargesAppended = 0;
  let marksCleared = 0;
  // Marks that come meanwhile are the next tick's: a steady trickle of late events holds up nothing else.
  for (let more = true; more;) {
    const marks = await readMarks(client, progress.sealed, timing.gatherMs);
    more = marks.length === MARKS_AT_ONCE;
    await resealMarked(client, marks);
    // Most ticks find none: they look at nothing twice.
    const marked = marks.length === 0 ? [] : await daysOf(marks);
    chargesAppended += await closeDays({ client, store, log, now }, [...ended, ...marked], progress.sealed);
    // Only now: a crash before this brings the same hours and days back, and nothing changes.
    await clearMarks(client, marks);
    marksCleared += marks.length;
    ended = [];
  }
  if (closableUntil > progress.closed) await advanceProgress(client, 'closed', closableUntil);
  return { hoursSealed, marksCleared, chargesAppended };

  /** Read after the marks: their days may have been closed by another aggregator since this tick began, or be now. */
  async function daysOf(marks: readonly Mark[]): Promise<Candidate[]> {
    const dueUntil = Math.max((await look()).closableUntil, (await readProgress(client)).closed);
    return markedDays(await store.refresh(), marks, dueUntil);
  }

  /** How far time has come: read before the settings, which then hold what had landed by then. */
  async function look(): Promise<{ landedUntil: number; closableUntil: number }> {
    const at = now();
    const { seen: calls } = await readLandedUntil(client, topics.calls, at);
    const { seen: changes } = await readLandedUntil(client, topics.settings, at);
    return { landedUntil: calls, closableUntil: closableInstant(Math.min(calls, changes), timing) };
  }
}

/**
 * Days that ended by then may be closed: in steps of a quarter hour, on which every zone's midnight falls. Never
 * before the hour in which they end is sealed: only rows of ended hours are marked, so one that landed after the close
 * and before the hour's end would be in the hour's first seal, and nobody would look at the day again.
 */
export function closableInstant(
  landedUntil: number,
  { graceMs, sealDelayMs }: Pick<TickSettings, 'graceMs' | 'sealDelayMs'>,
): number {
  const graceOver = Math.max(0, floorTo(landedUntil - graceMs, BUCKET_MS));
  return Math.min(graceOver, sealableUntil(landedUntil, sealDelayMs));
}
