import { endedDays, markedDays } from './closing/candidates.ts';
import { closeDays } from './closing/close-days.ts';
import type { ClickHouseClient } from '../deploy/clickhouse.ts';
import type { LandedLog } from '../deploy/landed-log.ts';
import type { Topics } from '../schemas/topics.ts';
import { readLandedUntil } from './landed-until.ts';
import { advanceProgress, readProgress } from './progress.ts';
import { clearMarks, readMarks, resealMarked } from './sealing/marks.ts';
import { sealEndedHours } from './sealing/seal-hours.ts';
import type { SettingsStore } from './settings/store.ts';
import { BUCKET_MS, floorTo } from './usage/plan.ts';

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
  const { sealDelayMs, graceMs, gatherMs } = timing;
  const at = now();
  const landedUntil = await readLandedUntil(client, topics.calls, at);
  const settingsUntil = await readLandedUntil(client, topics.settings, at);
  // After the two: what had landed by then is in the settings.
  const settings = await store.refresh();
  const closing = { client, settings, log, now };
  const hoursSealed = await sealEndedHours(client, landedUntil, sealDelayMs);
  const progress = await readProgress(client);
  const closableUntil = closableInstant(Math.min(landedUntil, settingsUntil), graceMs);

  let ended =
    closableUntil > progress.closed ? await endedDays(client, settings, progress, closableUntil) : [];
  let chargesAppended = 0;
  let marksCleared = 0;
  for (;;) {
    const marks = await readMarks(client, progress.sealed, gatherMs);
    if (marks.length === 0 && ended.length === 0) break;
    await resealMarked(client, marks);
    const marked = markedDays(settings, marks, closableUntil);
    chargesAppended += await closeDays(closing, [...ended, ...marked], progress.sealed);
    // Only now: a crash before this brings the same hours and days back, and nothing changes.
    await clearMarks(client, marks);
    marksCleared += marks.length;
    ended = [];
  }
  if (closableUntil > progress.closed) await advanceProgress(client, 'closed', closableUntil);
  return { hoursSealed, marksCleared, chargesAppended };
}

/** Days that ended by then may be closed. In steps of a quarter hour, on which every zone's midnight falls. */
export function closableInstant(landedUntil: number, graceMs: number): number {
  return Math.max(0, floorTo(landedUntil - graceMs, BUCKET_MS));
}
