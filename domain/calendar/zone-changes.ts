import type { Versions } from '../settings/org-history.ts';
import { inEffectAt } from '../versions.ts';
import type { LocalDate } from './dates.ts';
import { zoneDays } from './zone-days.ts';
import type { Day, ZoneDays } from './zone-days.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';

/** A stretch [from, to) of time whose days all follow one rule. */
export interface Interval extends ZoneDays {
  readonly from: number;
  readonly to: number;
}

/** The first day after a change lasts at least this long (domain.md, Billing periods). */
const SHORTEST_FIRST_DAY_MS = 12 * HOUR_MS;

/**
 * What a history of time zones makes of time: stretches of the days of one zone and, between two, the one day of a
 * change of zone (domain.md, Billing periods). A change takes effect at the end of the local day that holds its
 * instant: only what took effect before that end counts, so of several changes in one day the last one does, and
 * a change at the very start of a day waits for that day's end (D).
 */
export function intervalsOf(zoneHistory: Versions<string>): readonly Interval[] {
  const changes = zoneHistory.toSorted((a, b) => a.effectiveAt - b.effectiveAt);
  const first = changes[0];
  if (first === undefined) throw new RangeError('A history of time zones needs at least one.');
  const intervals: Interval[] = [];
  // The stretch being built: the days of this zone, from its start (of a date, in the zone) until further notice.
  let timeZone = inEffectAt(changes, first.effectiveAt)?.value ?? first.value;
  let from = -Infinity;
  for (const { effectiveAt } of changes) {
    const old = zoneDays(timeZone);
    // Before the stretch's start lies the one day of the change before; what came earlier still is dealt with.
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

/** Keeps the old zone's next date, and ends at the new zone's first start of a later date that is far enough away. */
function firstDayAfterChange(newZone: ZoneDays, date: LocalDate, from: number): Day {
  const earliestEnd = from + SHORTEST_FIRST_DAY_MS;
  let next = newZone.dayAt(earliestEnd);
  while (next.from < earliestEnd || next.date <= date) next = newZone.dayAt(next.to);
  return Object.freeze({ date, from, to: next.from });
}
