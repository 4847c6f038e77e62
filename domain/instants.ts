/** Instants are epoch milliseconds in code and RFC 3339 in text. */
import { MINUTE_MS } from '../schemas/time-units.ts';

/** A space may stand for the `+` of an offset: that is how a query string decodes an unescaped `+`. */
const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+ -])(\d\d):(\d\d))$/;
const UTC_TO_THE_MILLISECOND = /^[^.]+T[^.]+(?:\.\d{1,3})?Z$/;
/** D: the range of ClickHouse's 32-bit seconds, less a margin for the days, months and windows around an instant. */
export const FIRST_INSTANT = 0;
/** Exclusive. */
export const END_OF_INSTANTS = Date.UTC(2105, 0, 1);

/**
 * Epoch milliseconds of an RFC 3339 instant with Z or an offset; undefined where the text is not one or lies outside
 * of 1970 to 2104. D: digits beyond the millisecond are cut off; answers repeat the instant that was used.
 * D: leap seconds (second 60) are rejected.
 */
export function parseInstant(text: string): number | undefined {
  const instant = parseRfc3339(text);
  return instant !== undefined && instant >= FIRST_INSTANT && instant < END_OF_INSTANTS ? instant : undefined;
}

/** The same for a text in UTC of any year, with at most three digits after the second. */
export function parseUtcInstant(text: string): number | undefined {
  return UTC_TO_THE_MILLISECOND.test(text) ? parseRfc3339(text) : undefined;
}

function parseRfc3339(text: string): number | undefined {
  const match = RFC_3339.exec(text);
  if (match === null) return undefined;
  const [
    ,
    year,
    month,
    day,
    hour,
    minute,
    second,
    fraction = '',
    ,
    sign,
    offsetHour = '0',
    offsetMinute = '0',
  ] = match;
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  if (h > 23 || m > 59 || s > 59 || Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
  const local = new Date(0);
  local.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  // Date moves a day that the month does not have, such as 30 February, into the next month.
  if (local.getUTCMonth() !== Number(month) - 1 || local.getUTCDate() !== Number(day)) return undefined;
  local.setUTCHours(h, m, s, Number(fraction.slice(0, 3).padEnd(3, '0')));
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * MINUTE_MS;
  return local.getTime() + (sign === '-' ? offset : -offset);
}

/** RFC 3339 in UTC, exact to the millisecond: the only format in which this project writes an instant. */
export function formatInstant(instant: number): string {
  return new Date(instant).toISOString();
}

/** The last multiple of `step` (in milliseconds) at or before an instant. */
export const floorTo = (instant: number, step: number): number => Math.floor(instant / step) * step;
/** The first multiple of `step` (in milliseconds) at or after an instant. */
export const ceilTo = (instant: number, step: number): number => Math.ceil(instant / step) * step;
