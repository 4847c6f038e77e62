import { MINUTE_MS } from '../../schemas/time-units.ts';

const TIME = /^(\d{2})\/([A-Z][a-z]{2})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** Date.UTC reads smaller numbers as years of the 20th century. */
const FIRST_YEAR = 100;

/** `17/May/2015:10:05:03 +0000` in epoch milliseconds; undefined if there is no such instant. */
export function parseLogTime(text: string): number | undefined {
  const match = TIME.exec(text);
  if (!match) return undefined;
  const [day = 0, , year = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const month = MONTHS.indexOf(match[2] ?? '');
  if (month === -1 || year < FIRST_YEAR || hour > 23 || minute > 59 || second > 59) return undefined;
  const localMs = Date.UTC(year, month, day, hour, minute, second);
  // Date.UTC reads 30 February as a day of March, so the day must come back as written.
  if (new Date(localMs).getUTCDate() !== day) return undefined;

  const [offsetHours, offsetMinutes] = [Number(match[8]), Number(match[9])];
  if (offsetHours > 23 || offsetMinutes > 59) return undefined;
  const offsetMs = (offsetHours * 60 + offsetMinutes) * MINUTE_MS;
  return match[7] === '-' ? localMs + offsetMs : localMs - offsetMs;
}
