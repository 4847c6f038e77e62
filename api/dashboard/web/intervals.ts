import { DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';

/** Half-open, epoch milliseconds. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** The longest range of one request, a day on top (api/parameters/range.ts). */
export const MAX_MONTHS = 13;

/** The same time of day so many months earlier, in UTC; past the end of a shorter month it runs into the next one. */
export function monthsEarlier(instant: number, months: number): number {
  const date = new Date(instant);
  return date.setUTCMonth(date.getUTCMonth() - months);
}

/** Whether one request may span the range. */
export function isWithinMaximum({ from, to }: Range): boolean {
  const start = new Date(from);
  const end = new Date(from);
  end.setUTCMonth(end.getUTCMonth() + MAX_MONTHS);
  // The API clamps to the last day of a shorter month.
  if (end.getUTCDate() !== start.getUTCDate()) end.setUTCDate(0);
  return to <= end.getTime() + DAY_MS;
}

/** The range just before, equally long; cut to the longest range that the API answers. */
export const previousRange = ({ from, to }: Range): Range => ({
  from: Math.max(from - (to - from), monthsEarlier(from, MAX_MONTHS)),
  to: from,
});

export type Grain = '15m' | 'hour' | 'day';

/** The width of a bar: a chart has some 200 bars at most, or one a day. */
export function grainOf({ from, to }: Range): Grain {
  if (to - from <= 12 * HOUR_MS) return '15m';
  return to - from <= 8 * DAY_MS ? 'hour' : 'day';
}

/** How often to refresh a range that ends now. */
export function refreshMs({ from, to }: Range): number {
  return to - from <= 2 * DAY_MS ? 5_000 : 30_000;
}
