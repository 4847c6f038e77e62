import type { Versions } from '../settings/org-history.ts';
import { inEffectAt } from '../versions.ts';
import type { LocalDate } from './dates.ts';
import { zoneDays } from './zone-days.ts';
import type { Day, ZoneDays } from './zone-days.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';

/** An interval [from, to) of time whose days all follow one rule. */
export interface Interval extends ZoneDays {
  readonly from: number;
  readonly to: number;
}

/** The first day after a change lasts at least this long (domain.md, Billing periods). */
const SHORTEST_FIRST_DAY_MS = 12 * HOUR_MS;

/**
 * Splits time by a history of time zones: into intervals with the days of one zone and, between two of them, the
 * single day of the change (domain.md, Billing periods). A change takes effect at the end of the local day that
 * contains its instant. Of several changes within one day the last one applies. D: a change at the first instant of a
 * day waits for the end of that day.
 * @throws UnknownTimeZoneError, and RangeError for an empty history
 */
export function intervalsOf(zoneHistory: Versions<string>): readonly Interval[] {
  const changes = zoneHistory.toSorted((a, b) => a.effectiveAt - b.effectiveAt);
  const first = changes[0];
  if (first === undefined) throw new RangeError('A history of time zones needs at least one.');
  const intervals: Interval[] = [];
  // The interval under construction: the days of this zone, from an instant at which one of its dates begins.
  let timeZone = inEffectAt(changes, first.effectiveAt)?.value ?? first.value;
  let from = -Infinity;
  for (const { effectiveAt } of changes) {
    const old = zoneDays(timeZone);
    // An instant before `from` lies in the day of the previous change, which ends at `from`.
    const endOfDay = effectiveAt < from ? from : old.dayAt(effectiveAt).to;
    const newZone = inEffectAt(changes, endOfDay - 1)?.value ?? timeZone;
    if (newZone === timeZone) continue;
    intervals.push({ ...old, from, to: endOfDay });
    const day = firstDayAfterChange(zoneDays(newZone), old.dayAt(endOfDay).date, endOfDay);
    intervals.push({
      from: day.from,
      to: day.to,
      dayAt: () => day,
      dayByDate: (date) => (date === day.date ? day : undefined),
    });
    timeZone = newZone;
    from = day.to;
  }
  return [...intervals, { ...zoneDays(timeZone), from, to: Infinity }];
}

/** Has the old zone's next date and ends at the new zone's first start of a later date that is at least 12 h away. */
function firstDayAfterChange(newZone: ZoneDays, date: LocalDate, from: number): Day {
  const earliestEnd = from + SHORTEST_FIRST_DAY_MS;
  let next = newZone.dayAt(earliestEnd);
  while (next.from < earliestEnd || next.date <= date) next = newZone.dayAt(next.to);
  return Object.freeze({ date, from, to: next.from });
}
