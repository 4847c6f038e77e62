import { Temporal } from 'temporal-polyfill';
import { dateOf, dayNumberOf } from './dates.ts';
import type { LocalDate } from './dates.ts';
import { DAY_MS } from '../../schemas/time-units.ts';

/**
 * The days of one IANA time zone, and the only arithmetic with zones: everything else passes instants on, so that
 * no second time zone database can disagree (design.md, Traps).
 */
export interface Day {
  readonly date: LocalDate;
  /** The first instant of the date, epoch milliseconds. */
  readonly from: number;
  /** The first instant of the next date that there is. */
  readonly to: number;
}

export interface ZoneDays {
  /** The day that holds an instant. */
  readonly dayAt: (instant: number) => Day;
  /** The day of a date, or undefined where the zone left it out (Samoa, 2011-12-30). */
  readonly dayByDate: (date: LocalDate) => Day | undefined;
}

export class UnknownTimeZoneError extends Error {
  readonly code = 'unknown-time-zone';
  constructor(name: string) {
    super(
      `${JSON.stringify(name.slice(0, 80))} is no IANA time zone: write a name such as "Europe/Rome" or "UTC".`,
    );
    this.name = 'UnknownTimeZone';
  }
}

/** A start takes the polyfill 30 us. Eleven years a zone are kept; at the limit they are forgotten and made again. */
const MAX_DAYS_PER_ZONE = 4_000;
/** More than there are names, so that only odd spellings of them can fill it. */
const MAX_ZONES = 1_000;
const zones = new Map<string, ZoneDays>();

/** Whether the name is of an IANA time zone; bare offsets such as "+05:30" are none (D: they have no rules). */
export function isTimeZone(name: string): boolean {
  // Asking Intl takes a millisecond, and an org's zone is mostly one that others have.
  if (zones.has(name)) return true;
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The days of a zone, shared by all who ask. Throws UnknownTimeZoneError. */
export function zoneDays(timeZone: string): ZoneDays {
  const known = zones.get(timeZone);
  if (known !== undefined) return known;
  if (!isTimeZone(timeZone)) throw new UnknownTimeZoneError(timeZone);
  if (zones.size >= MAX_ZONES) zones.clear();
  const made = createZoneDays(timeZone);
  zones.set(timeZone, made);
  return made;
}

function createZoneDays(timeZone: string): ZoneDays {
  /** By day number; undefined for a date that is left out. */
  const starts = new Map<number, number | undefined>();
  const days = new Map<number, Day | undefined>();

  function startOf(dayNumber: number): number | undefined {
    if (starts.has(dayNumber)) return starts.get(dayNumber);
    const date = Temporal.PlainDate.from(dateOf(dayNumber));
    const start = date.toZonedDateTime(timeZone);
    // The polyfill moves a date that does not exist to the next one.
    const instant = start.toPlainDate().equals(date) ? start.epochMilliseconds : undefined;
    starts.set(dayNumber, instant);
    return instant;
  }

  function nextStartAfter(dayNumber: number): number {
    return startOf(dayNumber + 1) ?? nextStartAfter(dayNumber + 1);
  }

  function dayOf(dayNumber: number): Day | undefined {
    if (days.has(dayNumber)) return days.get(dayNumber);
    if (starts.size >= MAX_DAYS_PER_ZONE) {
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
   * Offsets lie within a day of UTC, so the local date is at most one after the date in UTC. The last date that
   * has begun is the day, even where a clock set back from 00:01 to 23:01 shows the date before once more
   * (St. John's until 2006): a day runs from the first instant of its date to the first instant of the next.
   */
  function dayAt(instant: number): Day {
    for (let dayNumber = Math.floor(instant / DAY_MS) + 1; ; dayNumber -= 1) {
      const day = dayOf(dayNumber);
      if (day !== undefined && day.from <= instant) return day;
    }
  }

  return { dayAt, dayByDate: (date) => dayOf(dayNumberOf(date)) };
}
