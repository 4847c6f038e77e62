import { HOUR_MS, DAY_MS } from '../../schemas/time-units.ts';
import { floorTo } from '../instants.ts';

/**
 * Returning credits: when the used credits leave the rolling 24 hours, and when an organisation runs out of credits.
 * Instants are epoch milliseconds, intervals half-open.
 *
 * D, the model of the next 24 hours: the credits of each past clock hour (UTC, clipped to the window) return evenly
 * over the same interval one day later. New calls use as many credits an hour as the last hour did, evenly, and none of
 * these returns within the 24 hours. So the credits in use are a piecewise linear function of time.
 */

/** The length of the rolling window, regardless of daylight saving (domain.md, Windows). */
export const WINDOW_MS = DAY_MS;

/** Credits that leave the window between `from`, when all of them still count, and `to`, when none do. */
export interface Returning {
  readonly from: number;
  readonly to: number;
  readonly credits: number;
}

/**
 * The credits that return in the 24 hours after `asOf`, as 25 adjoining intervals in order, or 24 where `asOf` is a
 * full hour.
 * @param usedByHour credits of [asOf - 24 h, asOf) by the start of their clock hour; the rows have the same sum
 */
export function returningOf(asOf: number, usedByHour: ReadonlyMap<number, number>): readonly Returning[] {
  const windowFrom = asOf - WINDOW_MS;
  const rows: Returning[] = [];
  for (let hour = floorTo(windowFrom, HOUR_MS); hour < asOf; hour += HOUR_MS) {
    rows.push({
      from: Math.max(hour, windowFrom) + WINDOW_MS,
      to: Math.min(hour + HOUR_MS, asOf) + WINDOW_MS,
      credits: usedByHour.get(hour) ?? 0,
    });
  }
  return rows;
}

/**
 * The first millisecond in [asOf, asOf + 24 h) at which the credits in use reach the total; null for "not within 24 h".
 * Computed in whole numbers: credits times the milliseconds of an hour, and times those of the interval.
 * @param rows the result of returningOf
 * @param total the credits that 24 hours may use
 * @param pacePerHour credits used in the last hour
 */
export function runsOutAt(rows: readonly Returning[], total: number, pacePerHour: number): number | null {
  const hour = BigInt(HOUR_MS);
  const pace = BigInt(pacePerHour);
  // The credits in use above the total (negative: still available) at the start of the interval, times an hour.
  let above = rows.reduce((sum, { credits }) => sum + BigInt(credits), 0n) * hour - BigInt(total) * hour;
  for (const { from, to, credits } of rows) {
    if (above >= 0n) return from;
    const length = BigInt(to - from);
    const returned = BigInt(credits) * hour;
    // After x milliseconds: above * length + x * slope, times 1 / length.
    const slope = pace * length - returned;
    if (slope > 0n) {
      const x = ceilDivide(-above * length, slope);
      if (x < length) return from + Number(x);
    }
    above += slope;
  }
  return null;
}

/** The quotient rounded up; for a numerator of at least 0 and a denominator of at least 1. */
function ceilDivide(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}
