import { Type } from 'typebox';
import { invalidParameter } from '../problems/problem.ts';

/** `+` and a space are the same in a query string, and nothing else can stand before an offset. */
const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+ -])(\d\d):(\d\d))$/;
const MINUTE_MS = 60_000;
/** D: what the store's 32-bit seconds can hold, less a margin for whole days, months and windows around it. */
const FIRST_MS = 0;
const LAST_MS = Date.UTC(2105, 0, 1);

/**
 * Epoch milliseconds of an RFC 3339 instant with Z or an offset, or undefined where the text is none or lies
 * outside of 1970 to 2104. D: digits beyond the millisecond are cut off; answers repeat the instant they used.
 * D: no leap seconds.
 */
export function parseInstant(text: string): number | undefined {
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
  // A day that the month has not, such as 30 February, rolls over into the next one.
  if (local.getUTCMonth() !== Number(month) - 1 || local.getUTCDate() !== Number(day)) return undefined;
  local.setUTCHours(h, m, s, Number(fraction.slice(0, 3).padEnd(3, '0')));
  const offset = (Number(offsetHour) * 60 + Number(offsetMinute)) * MINUTE_MS;
  const instant = local.getTime() + (sign === '-' ? offset : -offset);
  return instant >= FIRST_MS && instant < LAST_MS ? instant : undefined;
}

/** RFC 3339 in UTC, exact to the millisecond: the one way in which answers write an instant. */
export function formatInstant(instant: number): string {
  return new Date(instant).toISOString();
}

/** The format is checked by parseInstant: see validators.ts. */
export const InstantParameter = (meaning: string) =>
  Type.String({
    format: 'date-time',
    description: `${meaning}: an RFC 3339 instant such as 2026-11-22T03:04:05.678Z, 1970 to 2104`,
  });

/** An instant in an answer. */
export const Instant = Type.String({ format: 'date-time', description: 'RFC 3339, UTC, milliseconds.' });

/** A parameter's instant. Throws the Problem `invalid-request`. */
export function instantOf(parameter: string, text: string): number {
  const instant = parseInstant(text);
  if (instant === undefined) throw invalidParameter(parameter, 'must be an RFC 3339 instant');
  return instant;
}
