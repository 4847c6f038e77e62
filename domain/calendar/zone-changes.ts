import { inEffectAt, type Effective } from '../versions.ts';
import type { LocalDate } from './dates.ts';
import { zoneDays } from './zone-days.ts';
import type { Day, ZoneDays } from './zone-days.ts';
import type { AdoptedRelease } from './zone-releases.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';

/** A history of time zones: IANA names, each in effect from its instant on. */
export type ZoneHistory = readonly (Effective & { readonly value: string })[];

/** An interval [from, to) of time whose days all follow one rule. */
export interface Interval extends ZoneDays {
  readonly from: number;
  readonly to: number;
}

/** The first day after a change lasts at least this long (domain.md, Billing periods). */
const SHORTEST_FIRST_DAY_MS = 12 * HOUR_MS;

/**
 * Splits time by a history of time zones, and by the releases of their rules that were adopted: into intervals with the
 * days of one zone and, between two of them, the single day of the change (domain.md, Billing periods). A change takes
 * effect at the end of the local day that contains its instant. Of several changes within one day the last one applies.
 * D: a change at the first instant of a day waits for the end of that day. Where the days before and after a change
 * follow the same clock, there is none.
 * @throws UnknownTimeZoneError, and RangeError for an empty history
 */
export function intervalsOf(
  zoneHistory: ZoneHistory,
  releases: readonly AdoptedRelease[],
): readonly Interval[] {
  const first = zoneHistory.toSorted(byInstant)[0];
  if (first === undefined) throw new RangeError('A history of time zones needs at least one.');
  const changes = [...zoneHistory, ...releases.slice(1)].toSorted(byInstant);
  const firstName = inEffectAt(zoneHistory, first.effectiveAt)?.value ?? first.value;
  const daysAt = (instant: number): ZoneDays =>
    zoneDays(inEffectAt(zoneHistory, instant)?.value ?? firstName, instant);
  const intervals: Interval[] = [];
  // The interval under construction: these days, from an instant at which one of their dates begins.
  let old = daysAt(-Infinity);
  let from = -Infinity;
  for (const { effectiveAt } of changes) {
    // An instant before `from` lies in the day of the previous change, which ends at `from`.
    const endOfDay = effectiveAt < from ? from : old.dayAt(effectiveAt).to;
    const next = daysAt(endOfDay - 1);
    if (next === old) continue;
    intervals.push({ ...old, from, to: endOfDay });
    const day = firstDayAfterChange(next, old.dayAt(endOfDay).date, endOfDay);
    intervals.push({
      from: day.from,
      to: day.to,
      dayAt: () => day,
      dayByDate: (date) => (date === day.date ? day : undefined),
    });
    old = next;
    from = day.to;
  }
  return [...intervals, { ...old, from, to: Infinity }];
}

const byInstant = (a: Effective, b: Effective): number => a.effectiveAt - b.effectiveAt;

/** Has the old zone's next date and ends at the new zone's first start of a later date that is at least 12 h away. */
function firstDayAfterChange(newZone: ZoneDays, date: LocalDate, from: number): Day {
  const earliestEnd = from + SHORTEST_FIRST_DAY_MS;
  let next = newZone.dayAt(earliestEnd);
  while (next.from < earliestEnd || next.date <= date) next = newZone.dayAt(next.to);
  return Object.freeze({ date, from, to: next.from });
}
