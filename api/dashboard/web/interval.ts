import { HOUR_MS } from '../../../schemas/time-units.ts';
/** Stretches of time, wherever they come from. */

/** Half-open, epoch milliseconds. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

const DAY = 24 * HOUR_MS;

/** Of the same length, just before. */
export const before = ({ from, to }: Range): Range => ({ from: from - (to - from), to: from });

export type Grain = '15m' | 'hour' | 'day';

/** How finely a range is drawn: at most some 200 bars. */
export function grainOf({ from, to }: Range): Grain {
  if (to - from <= 12 * HOUR_MS) return '15m';
  return to - from <= 8 * DAY ? 'hour' : 'day';
}

/** How often what ends now is read again. */
export function refreshMs({ from, to }: Range): number {
  return to - from <= 2 * DAY ? 5_000 : 30_000;
}
