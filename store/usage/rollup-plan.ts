import { BUCKET_MS, HOUR_MS } from '../../schemas/time-units.ts';
import { ceilTo, floorTo } from '../../domain/instants.ts';
/**
 * Which part of an interval is read from the sealed rollup and which from the raw events.
 * Together they cover the interval exactly once, so that the sum equals a FINAL scan of all events.
 */

/** How far hours are sealed, and which (ended) hours of the org got rows since: read before the rollup. */
export interface Sealed {
  /** Hours before this instant are in the rollup; a full hour; 0 when nothing was ever sealed. */
  readonly until: number;
  /** Starts of hours that must be sealed again. */
  readonly invalidatedHours: readonly number[];
}

/**
 * Rollup: buckets in [rollupFrom, rollupTo) whose hour is not dirty.
 * Raw: events in [from, to) that are before rollupFrom, at or after rollupTo, or in a dirty hour.
 */
export interface ReadPlan {
  readonly from: number;
  readonly to: number;
  readonly rollupFrom: number;
  readonly rollupTo: number;
  readonly invalidatedHours: readonly number[];
  /** Every hour that the raw part may touch: the table's key starts with the hour. */
  readonly rawHours: readonly number[];
}

/** Plans the read of the half-open interval [from, to), in epoch milliseconds. */
export function planRead(from: number, to: number, sealed: Sealed): ReadPlan {
  const rollupFrom = ceilTo(from, BUCKET_MS);
  // Nothing whole and sealed inside: an empty rollup part, all of it raw.
  const rollupTo = Math.max(rollupFrom, floorTo(Math.min(to, sealed.until), BUCKET_MS));
  const invalidatedHours = sealed.invalidatedHours.filter((hour) => hour + HOUR_MS > from && hour < to);
  const rawHours = new Set(invalidatedHours);
  for (const [start, end] of [
    [from, Math.min(rollupFrom, to)],
    [rollupTo, to],
  ] as const) {
    if (start >= end) continue;
    for (let hour = floorTo(start, HOUR_MS); hour < end; hour += HOUR_MS) rawHours.add(hour);
  }
  return { from, to, rollupFrom, rollupTo, invalidatedHours, rawHours: [...rawHours] };
}
