import { DAY_MS } from '../../schemas/time-units.ts';
/** Dates of the proleptic Gregorian calendar as YYYY-MM-DD, which sort as text. Plain arithmetic, no time zones. */
export type LocalDate = string;

const DATE = /^\d{4}-\d{2}-\d{2}$/;

export class DateError extends Error {
  readonly code = 'not-a-date';
  constructor(text: string) {
    super(`${JSON.stringify(text.slice(0, 40))} is no date: write YYYY-MM-DD, a day that the month has.`);
    this.name = 'DateError';
  }
}

/** Days since 1970-01-01. Throws DateError, for 30 February too. */
export function dayNumberOf(date: LocalDate): number {
  const ms = DATE.test(date) ? Date.parse(`${date}T00:00:00.000Z`) : Number.NaN;
  if (Number.isNaN(ms) || dateOf(ms / DAY_MS) !== date) throw new DateError(date);
  return ms / DAY_MS;
}

/** The date so many days after 1970-01-01; years 0000 to 9999. */
export function dateOf(dayNumber: number): LocalDate {
  return new Date(dayNumber * DAY_MS).toISOString().slice(0, 10);
}

/** The date so many days later, or earlier. */
export function addDays(date: LocalDate, days: number): LocalDate {
  return dateOf(dayNumberOf(date) + days);
}

/** Months since year 0, so that months can be counted. */
export function monthNumberOf(date: LocalDate): number {
  return Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
}

/** A day of a month, clamped to the month's last one: day 31 of a February is its 28th or 29th. */
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
