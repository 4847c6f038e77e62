import type { Versions } from '../settings/org-history.ts';
import { addDays } from './dates.ts';
import type { LocalDate } from './dates.ts';
import { intervalsOf } from './zone-changes.ts';
import type { Interval } from './zone-changes.ts';
import type { Day } from './zone-days.ts';

/**
 * The billing days of an org: they tile all time, in the order of their dates, each date at most once
 * (domain.md, Windows and Billing periods). Instants are epoch milliseconds, intervals half-open.
 */
export interface Calendar {
  /** The day that holds an instant. */
  readonly dayAt: (instant: number) => Day;
  /** The day of a date, or undefined where the org has none: left out by the zone, or by a change of zone. */
  readonly dayByDate: (date: LocalDate) => Day | undefined;
  /** The first day whose date is the given one or later. */
  readonly dayFrom: (date: LocalDate) => Day;
  /** Every day that shares an instant with [from, to), in order. */
  readonly daysBetween: (fromInstant: number, toInstant: number) => readonly Day[];
  /** Every day with a date in [from, to), in order. */
  readonly daysByDates: (fromDate: LocalDate, toDate: LocalDate) => readonly Day[];
}

/** D: as many different histories of time zones as are kept ready; most orgs share one. The oldest goes. */
const MAX_CALENDARS = 10_000;
const calendars = new Map<string, Calendar>();

/**
 * The calendar of a whole zone history. The first version holds before its instant too. Orgs with equal histories
 * share a calendar. Throws UnknownTimeZoneError, and RangeError for an empty history.
 */
export function calendarOf(zoneHistory: Versions<string>): Calendar {
  const key = zoneHistory.map(({ effectiveAt, value }) => `${effectiveAt} ${value}`).join('\n');
  const known = calendars.get(key);
  if (known !== undefined) return known;
  const made = createCalendar(intervalsOf(zoneHistory));
  if (calendars.size >= MAX_CALENDARS) {
    for (const oldest of calendars.keys()) {
      calendars.delete(oldest);
      break;
    }
  }
  calendars.set(key, made);
  return made;
}

function createCalendar(intervals: readonly Interval[]): Calendar {
  function dayAt(instant: number): Day {
    const interval = intervals.findLast(({ from }) => from <= instant);
    if (interval === undefined) throw new RangeError(`${instant} is no instant.`);
    return interval.dayAt(instant);
  }

  function dayByDate(date: LocalDate): Day | undefined {
    for (const interval of intervals) {
      const day = interval.dayByDate(date);
      if (day !== undefined && day.from >= interval.from && day.from < interval.to) return day;
    }
    return undefined;
  }

  function dayFrom(date: LocalDate): Day {
    return dayByDate(date) ?? dayFrom(addDays(date, 1));
  }

  function daysBetween(fromInstant: number, toInstant: number): readonly Day[] {
    const found: Day[] = [];
    for (let at = fromInstant; at < toInstant;) {
      const day = dayAt(at);
      found.push(day);
      at = day.to;
    }
    return found;
  }

  function daysByDates(fromDate: LocalDate, toDate: LocalDate): readonly Day[] {
    return daysBetween(dayFrom(fromDate).from, dayFrom(toDate).from);
  }

  return { dayAt, dayByDate, dayFrom, daysBetween, daysByDates };
}
