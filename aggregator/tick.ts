import { endedDays, invalidatedDays, type DaysToClose } from '../store/charges/days-to-close.ts';
import { closeApart } from './closing/close-days.ts';
import type { ClickHouseClient } from '../platform/clickhouse/connect.ts';
import type { LandedLog } from '../platform/landed-log.ts';
import type { Topics } from '../schemas/topics.ts';
import { advanceProgress, readProgress } from '../store/progress/aggregator-progress.ts';
import {
  clearInvalidations,
  INVALIDATIONS_PER_READ,
  readResealed,
  type Invalidation,
} from './sealing/invalidations.ts';
import { resealHours } from './sealing/reseal.ts';
import type { ResealPace } from './sealing/reseal-pace.ts';
import { sealEndedHours } from './sealing/seal-hours.ts';
import { sealRunningHour } from './sealing/seal-running-hour.ts';
import type { SettingsStore } from '../store/settings/store.ts';
import type { ClosingDelays } from '../domain/closing/when-to-close.ts';
import { byOrganisation, clearSetAside, readSetAside, setAside } from '../store/progress/set-aside.ts';
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
  /** When this process started, epoch milliseconds. */
  readonly startedAt: number;
  /** A day closes by the watermarks of both: every call and every change of settings of the day has landed by then. */
  readonly topics: Pick<Topics, 'calls' | 'settings'>;
  readonly timing: TickDelays;
  /** Of this process: it remembers how long the last re-sealing took. */
  readonly resealPace: ResealPace;
}

/** The work that a tick has done, and what it leaves. */
export interface TickReport {
  readonly hoursSealed: number;
  readonly invalidationsCleared: number;
  readonly chargesAppended: number;
  /** Organisations whose days could not be closed: a later tick tries them again. */
  readonly orgsSetAside: number;
  /** The recorded progress at its end, epoch milliseconds. */
  readonly sealedUntil: number;
  readonly closedUntil: number;
}

/** Organisations retried in one tick: they are query parameters, which travel in the request's URL. */
const RETRIES_PER_TICK = 500;

/**
 * One round of the aggregator: seals ended hours, counts the ended quarters of the running one, re-seals hours that late
 * events invalidated, closes ended days and re-closes days that late events changed. The recorded progress says what is
 * still to do, so a tick may crash at any instant, run twice at once, or come hours late.
 *
 * An organisation whose days cannot be closed is set aside (store/progress/set-aside.ts), and progress moves on for the
 * others. It is recorded before the invalidations are cleared and before progress advances, so its days are not lost.
 */
export async function tick({
  client,
  store,
  log,
  now,
  startedAt,
  topics,
  timing,
  resealPace,
}: Aggregator): Promise<TickReport> {
  const { calls, closable } = await readTimes();
  // First, as sealing needs no settings.
  let hoursSealed = await sealUntil(calls);
  const [settings, progress, owed] = await Promise.all([
    store.refresh(),
    readProgress(client),
    readSetAside(client),
  ]);
  let sealedUntil = progress.sealed;

  let known = byOrganisation(owed);
  const due = known.filter(({ retry_at }) => retry_at <= now()).slice(0, RETRIES_PER_TICK);
  let found = [
    closable > progress.closed ? await endedDays(client, settings, progress, closable) : NOTHING,
    due.length > 0 ? await daysOwed() : NOTHING,
  ];
  let chargesAppended = 0;
  let invalidationsCleared = 0;
  // All hours before any day: a day whose hours were re-sealed one after the other gets one revision.
  await resealPace.run(() =>
    resealHours(client, progress.sealed, timing.gatherMs, { beforeEach: sealWhatHasEnded }),
  );
  for (let more = true; more;) {
    const invalidations = await readResealed(client);
    more = invalidations.length === INVALIDATIONS_PER_READ;
    // Most ticks find none and skip the further queries.
    if (invalidations.length > 0) found.push(await daysOf(invalidations));
    const candidates = found.flatMap((each) => each.candidates);
    const closed = await closeApart({ client, store, log, now }, candidates, progress.sealed);
    chargesAppended += closed.appended;
    const failures = [...found.flatMap((each) => each.failures), ...closed.failures];
    if (failures.length > 0) {
      await setAside(client, failures, known, now());
      known = byOrganisation(await readSetAside(client));
    }
    // Cleared last: after a crash before this line the next tick finds the same days again.
    await clearInvalidations(client, invalidations);
    invalidationsCleared += invalidations.length;
    found = [];
  }
  if (closable > progress.closed) await advanceProgress(client, 'closed', closable);
  const retried = new Set(due.map(({ org_id }) => org_id));
  await clearSetAside(
    client,
    owed.filter(({ org_id }) => retried.has(org_id)),
  );
  const orgsSetAside =
    owed.length + known.length === 0 ? 0 : byOrganisation(await readSetAside(client)).length;
  return {
    hoursSealed,
    invalidationsCleared,
    chargesAppended,
    orgsSetAside,
    sealedUntil,
    closedUntil: Math.max(closable, progress.closed),
  };

  /** @returns the number of hours with events that were sealed */
  async function sealUntil(watermark: number): Promise<number> {
    const hours = await sealEndedHours(client, watermark, timing.sealDelayMs);
    await sealRunningHour(client, watermark, timing.sealDelayMs, startedAt);
    return hours;
  }

  /** Counting hours again may take longer than an hour lasts. */
  async function sealWhatHasEnded(): Promise<void> {
    const sealed = await sealUntil((await readTimes()).calls);
    if (sealed === 0) return;
    hoursSealed += sealed;
    sealedUntil = (await readProgress(client)).sealed;
  }

  /** The days of the organisations whose retry is due, each from where its closing has stopped. */
  function daysOwed(): Promise<DaysToClose> {
    const from = new Map(due.map(({ org_id, days_from }) => [org_id, days_from]));
    return endedDays(client, settings, progress, Math.max(closable, progress.closed), from);
  }

  /** Reads times and progress again: another aggregator may have closed these days since this tick began. */
  async function daysOf(invalidations: readonly Invalidation[]): Promise<DaysToClose> {
    const [times, { closed }] = await Promise.all([readTimes(), readProgress(client)]);
    return invalidatedDays(await store.refresh(), invalidations, Math.max(times.closable, closed));
  }

  /** Call it before refreshing the settings: they then include everything that had landed by these times. */
  async function readTimes(): Promise<{ calls: number; closable: number }> {
    const confirmed = await readConfirmed(client, topics, now());
    return { calls: confirmed.calls, closable: closableUntil(confirmed, timing) };
  }
}

const NOTHING: DaysToClose = { candidates: [], failures: [] };
