import { DAY_MS } from '../../schemas/time-units.ts';
import { parseUtcInstant } from '../instants.ts';

/** A date of the proleptic Gregorian calendar as YYYY-MM-DD, which sorts as text. Plain arithmetic, no time zones. */
export type LocalDate = string;

export class DateError extends Error {
  readonly code = 'NOT_A_DATE';
  constructor(text: string) {
    super(`${JSON.stringify(text.slice(0, 40))} is not a date: write YYYY-MM-DD, a day that exists.`);
    this.name = 'DateError';
  }
}

/** Days since 1970-01-01. @throws DateError, also for a day that the month does not have */
export function dayNumberOf(date: LocalDate): number {
  const midnight = parseUtcInstant(`${date}T00:00:00Z`);
  if (midnight === undefined) throw new DateError(date);
  return midnight / DAY_MS;
}

/** The date `dayNumber` days after 1970-01-01; years 0000 to 9999. */
export function dateOf(dayNumber: number): LocalDate {
  return new Date(dayNumber * DAY_MS).toISOString().slice(0, 10);
}

/** The date `days` days later, or earlier where it is negative. */
export function addDays(date: LocalDate, days: number): LocalDate {
  return dateOf(dayNumberOf(date) + days);
}

/** Months since January of year 0. */
export function monthNumberOf(date: LocalDate): number {
  return Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
}

/** A day of a month, clamped to the month's last day: day 31 of February is the 28th or 29th. */
export function clampedDate(monthNumber: number, dayOfMonth: number): LocalDate {
  const year = Math.floor(monthNumber / 12);
  const month = monthNumber - year * 12;
  // Day 0 of the next month is the last of this one.
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const day = Math.min(dayOfMonth, lastDay);
  return `${pad(year, 4)}-${pad(month + 1, 2)}-${pad(day, 2)}`;
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
