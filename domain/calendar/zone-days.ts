import { dateOf, dayNumberOf } from './dates.ts';
import type { LocalDate } from './dates.ts';
import { DAY_MS, HOUR_MS } from '../../schemas/time-units.ts';
import { zoneClockAt } from './zone-releases.ts';
import { intervalAt, type ZoneClock } from './zone-rules.ts';

/**
 * A local day. This file is the only one that computes with time zones: everything else passes instants on, so that
 * no second time zone database can disagree.
 */
export interface Day {
  readonly date: LocalDate;
  /** The first instant of the date, epoch milliseconds. */
  readonly from: number;
  /** The first instant of the next date that exists. */
  readonly to: number;
}

/** The days of one IANA time zone. */
export interface ZoneDays {
  /** The day that contains an instant. */
  readonly dayAt: (instant: number) => Day;
  /** The day of a date; undefined where the zone skipped it (Samoa, 2011-12-30). */
  readonly dayByDate: (date: LocalDate) => Day | undefined;
}

export class UnknownTimeZoneError extends Error {
  readonly code = 'UNKNOWN_TIME_ZONE';
  constructor(name: string) {
    const written = JSON.stringify(name.slice(0, 80));
    super(`${written} is not an IANA time zone: write a name such as "Europe/Rome" or "UTC".`);
    this.name = 'UnknownTimeZoneError';
  }
}

/** Days cached for one clock, eleven years. At the limit the cache is emptied. */
const MAX_DAYS_PER_CLOCK = 4_000;
const known = new WeakMap<ZoneClock, ZoneDays>();

/**
 * The days of a zone by the rules that apply at an instant, cached. Zones and releases with the same clock share them.
 * @throws UnknownTimeZoneError
 */
export function zoneDays(timeZone: string, instant: number): ZoneDays {
  const clock = zoneClockAt(timeZone, instant);
  if (clock === undefined) throw new UnknownTimeZoneError(timeZone);
  const days = known.get(clock) ?? createZoneDays(clock);
  known.set(clock, days);
  return days;
}

function createZoneDays(clock: ZoneClock): ZoneDays {
  /** By day number; undefined for a date that the zone skipped. */
  const starts = new Map<number, number | undefined>();
  const days = new Map<number, Day | undefined>();

  function startOf(dayNumber: number): number | undefined {
    if (starts.has(dayNumber)) return starts.get(dayNumber);
    const instant = firstInstantOf(clock, dayNumber);
    starts.set(dayNumber, instant);
    return instant;
  }

  function nextStartAfter(dayNumber: number): number {
    return startOf(dayNumber + 1) ?? nextStartAfter(dayNumber + 1);
  }

  function dayOf(dayNumber: number): Day | undefined {
    if (days.has(dayNumber)) return days.get(dayNumber);
    if (starts.size >= MAX_DAYS_PER_CLOCK) {
      starts.clear();
      days.clear();
    }
    const from = startOf(dayNumber);
    const day =
      from === undefined
        ? undefined
        : Object.freeze({ date: dateOf(dayNumber), from, to: nextStartAfter(dayNumber) });
    days.set(dayNumber, day);
    return day;
  }

  /**
   * Offsets are below 24 hours, so the local date is at most one day after the date in UTC. The day is the last date
   * that has begun, even where a clock that is set back from 00:01 to 23:01 shows the date before once more (St. John's
   * until 2006): a day runs from the first instant of its date to the first instant of the next.
   */
  function dayAt(instant: number): Day {
    for (let dayNumber = Math.floor(instant / DAY_MS) + 1; ; dayNumber -= 1) {
      const day = dayOf(dayNumber);
      if (day !== undefined && day.from <= instant) return day;
    }
  }

  return { dayAt, dayByDate: (date) => dayOf(dayNumberOf(date)) };
}

/** More than any offset from UTC: Manila was 15:56 behind until 1844. */
const LARGEST_OFFSET_MS = 16 * HOUR_MS;

/**
 * The first instant at which a zone's clocks show a date: 00:00, where it occurs twice the first of the two, or the end
 * of a gap in which 00:00 lies. Undefined where the gap covers the whole date.
 */
function firstInstantOf({ starts, offsets }: ZoneClock, dayNumber: number): number | undefined {
  const midnight = dayNumber * DAY_MS;
  for (let interval = intervalAt(starts, midnight - LARGEST_OFFSET_MS); ; interval += 1) {
    const offset = offsets[interval] ?? 0;
    if (midnight - offset >= (starts[interval + 1] ?? Infinity)) continue;
    const instant = Math.max(starts[interval] ?? -Infinity, midnight - offset);
    return Math.floor((instant + offset) / DAY_MS) === dayNumber ? instant : undefined;
  }
}
