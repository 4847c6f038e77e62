import { HOUR_MS, DAY_MS } from '../../schemas/time-units.ts';
import { floorTo } from '../instants.ts';

/**
 * "Credits returning" (issue 4): what leaves the rolling 24 hours, and when an org runs out. Instants in epoch
 * milliseconds, intervals half-open.
 *
 * D, the model of the next 24 hours: the credits of each past clock hour (UTC, clipped to the window) return evenly
 * over the same stretch one day later, and new calls cost what the last hour cost, evenly. So the credits in use are
 * a piecewise linear function of time; none of the new ones returns within the 24 hours.
 */

/** The rolling window is this long, whatever the clocks do (domain.md, Windows). */
export const WINDOW_MS = DAY_MS;

/** Credits that leave the window between `from`, when all of them still count, and `to`, when none does. */
export interface Returning {
  readonly from: number;
  readonly to: number;
  readonly credits: number;
}

/**
 * The 24 or 25 stretches of the 24 hours after `asOf`, in order and without a gap: 24 where it is a full hour.
 * @param usedByHour credits of [asOf - 24 h, asOf) by the start of their clock hour; they add up to the rows
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
 * The first millisecond in [asOf, asOf + 24 h) at which the model reaches the total; null for "not within 24 h".
 * Reckoned in whole numbers: credits times the milliseconds of an hour and of the stretch.
 * @param rows of returningOf. @param pacePerHour credits of the last hour
 */
export function runsOutAt(rows: readonly Returning[], total: number, pacePerHour: number): number | null {
  const hour = BigInt(HOUR_MS);
  const pace = BigInt(pacePerHour);
  // Of the used credits above the total (or, negative, still to go), times an hour, at the stretch's start.
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

/** Of a numerator of 0 or more and a denominator of 1 or more. */
function ceilDivide(numerator: bigint, denominator: bigint): bigint {
  return (numerator + denominator - 1n) / denominator;
}
