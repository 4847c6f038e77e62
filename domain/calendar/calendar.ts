import { DAY_MS } from '../../schemas/time-units.ts';
import { addDays, dayNumberOf } from './dates.ts';
import type { LocalDate } from './dates.ts';
import { intervalsOf } from './zone-changes.ts';
import type { Interval, ZoneHistory } from './zone-changes.ts';
import { UnknownTimeZoneError, type Day } from './zone-days.ts';
import { adoptedReleases, zoneClockAt } from './zone-releases.ts';

/**
 * The billing days of an organisation: they cover all time without gaps, ordered by date, each date at most once
 * (domain.md, Windows and Billing periods). Instants are epoch milliseconds, intervals half-open.
 */
export interface Calendar {
  /** The day that contains an instant. */
  readonly dayAt: (instant: number) => Day;
  /** The day of a date; undefined where the time zone, or a change of time zone, skips the date. */
  readonly dayByDate: (date: LocalDate) => Day | undefined;
  /** The first day with the given date or a later one. */
  readonly dayFrom: (date: LocalDate) => Day;
  /** Every day that overlaps [fromInstant, toInstant), in order. */
  readonly daysBetween: (fromInstant: number, toInstant: number) => readonly Day[];
  /** Every day with a date in [fromDate, toDate), in order. */
  readonly daysByDates: (fromDate: LocalDate, toDate: LocalDate) => readonly Day[];
}

/** D: different histories of time zones in the cache; most organisations share one. The oldest is evicted. */
const MAX_CALENDARS = 10_000;
const calendars = new Map<string, Calendar>();
/** Histories are immutable, so the same one has the same calendar. */
let byHistory = new WeakMap<ZoneHistory, Calendar>();
/** The releases of the time zone rules that the cached calendars follow. */
let releases = adoptedReleases();

/**
 * The calendar of a whole history of time zones, by the rules that were adopted (zone-releases.ts). The first version
 * also applies before its instant. Organisations with equal histories share a calendar.
 *
 * Versions that name no time zone, which older releases have recorded, are left out: the first valid one applies in
 * their place, so a corrected organisation has days from its beginning.
 * @throws UnknownTimeZoneError where no version names a time zone, and RangeError for an empty history
 */
export function calendarOf(zoneHistory: ZoneHistory): Calendar {
  if (releases !== adoptedReleases()) {
    releases = adoptedReleases();
    calendars.clear();
    byHistory = new WeakMap();
  }
  const same = byHistory.get(zoneHistory);
  if (same !== undefined) return same;
  const calendar = sharedCalendar(zoneHistory);
  byHistory.set(zoneHistory, calendar);
  return calendar;
}

/** The days of one time zone. @throws UnknownTimeZoneError */
export function zoneCalendar(timeZone: string): Calendar {
  return calendarOf([{ value: timeZone, effectiveAt: 0 }]);
}

function sharedCalendar(zoneHistory: ZoneHistory): Calendar {
  const key = zoneHistory.map(({ effectiveAt, value }) => `${effectiveAt} ${value}`).join('\n');
  const known = calendars.get(key);
  if (known !== undefined) return known;
  const valid = zoneHistory.filter(({ value }) => zoneClockAt(value, Infinity) !== undefined);
  const [unknown] = zoneHistory;
  if (unknown !== undefined && valid.length === 0) throw new UnknownTimeZoneError(unknown.value);
  const made = createCalendar(intervalsOf(valid, releases));
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
    const interval = intervals[intervalAt(intervals, instant)];
    if (interval === undefined) throw new RangeError(`${instant} is not an instant.`);
    return interval.dayAt(instant);
  }

  function dayByDate(date: LocalDate): Day | undefined {
    // The date lies within two days of its midnight in UTC, also after a change of time zone.
    const midnight = dayNumberOf(date) * DAY_MS;
    const last = intervalAt(intervals, midnight + 3 * DAY_MS);
    for (let at = intervalAt(intervals, midnight - 2 * DAY_MS); at <= last; at += 1) {
      const interval = intervals[at];
      const day = interval?.dayByDate(date);
      if (interval && day && day.from >= interval.from && day.from < interval.to) return day;
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

/** The position of the last interval that has begun by an instant. */
function intervalAt(intervals: readonly Interval[], instant: number): number {
  let [low, high] = [0, intervals.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((intervals[middle]?.from ?? Infinity) <= instant) low = middle;
    else high = middle - 1;
  }
  return Number.isNaN(instant) ? -1 : low;
}
