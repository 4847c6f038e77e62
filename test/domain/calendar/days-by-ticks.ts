import type { Versions } from '../../../domain/settings/org-history.ts';
import { BUCKET_MS, HOUR_MS } from '../../../schemas/time-units.ts';

/**
 * The oracle of calendars: walks time in ticks of 15 minutes, takes the local date of each from Intl, and applies the
 * rules of domain.md one tick at a time. Since 1972 every zone's days begin on such a tick.
 */
export const TICK_MS = BUCKET_MS;
const formats = new Map<string, Intl.DateTimeFormat>();

/** The date that clocks in a zone show at an instant. */
export function shownDate(timeZone: string, instant: number): string {
  const options = { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' } as const;
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat('en-CA', options);
  formats.set(timeZone, format);
  return format.format(instant);
}

/** The ticks in [from, to) at which a zone's clocks first show a new date, with that date. */
function datesBegun(timeZone: string, from: number, to: number): ReadonlyMap<number, string> {
  const key = `${timeZone} ${from} ${to}`;
  const known = begun.get(key);
  if (known !== undefined) return known;
  const dates = new Map<number, string>();
  let latest = shownDate(timeZone, from);
  for (let tick = from; tick < to; tick += TICK_MS) {
    const date = shownDate(timeZone, tick);
    if (date <= latest) continue;
    dates.set(tick, date);
    latest = date;
  }
  begun.set(key, dates);
  return dates;
}
const begun = new Map<string, ReadonlyMap<number, string>>();

export interface TickDay {
  date: string;
  from: number;
  to: number;
}

/** The whole days within [from, to), both multiples of a tick. Changes of zone must lie at least two days after `from`. */
export function daysByTicks(zoneHistory: Versions<string>, from: number, to: number): TickDay[] {
  let zone = zoneBefore(zoneHistory, from) ?? zoneHistory[0]?.value ?? '';
  let dates = datesBegun(zone, from, to);
  let inFirstDayAfterChange = false;
  let open: { date: string; from: number } | undefined;
  const days: TickDay[] = [];
  for (let tick = from; tick < to; tick += TICK_MS) {
    const date = dates.get(tick);
    if (date === undefined) continue;
    if (inFirstDayAfterChange && open !== undefined) {
      if (date <= open.date || tick - open.from < 12 * HOUR_MS) continue;
    }
    if (open !== undefined) days.push({ date: open.date, from: open.from, to: tick });
    open = { date, from: tick };
    const next = zoneBefore(zoneHistory, tick) ?? zone;
    inFirstDayAfterChange = next !== zone;
    if (inFirstDayAfterChange) dates = datesBegun(next, from, to);
    zone = next;
  }
  return days;
}

/** The time zone that took effect last before an instant. */
function zoneBefore(zoneHistory: Versions<string>, instant: number): string | undefined {
  let found: { effectiveAt: number; value: string } | undefined;
  for (const version of zoneHistory) {
    if (version.effectiveAt >= instant) continue;
    if (found === undefined || version.effectiveAt >= found.effectiveAt) found = version;
  }
  return found?.value;
}
