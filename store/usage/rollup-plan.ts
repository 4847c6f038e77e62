import { BUCKET_MS, HOUR_MS } from '../../schemas/time-units.ts';
import { ceilTo, floorTo } from '../../domain/instants.ts';

/** Which hours of an organisation the rollup has: read before the rollup itself. */
export interface SealedHours {
  /** Hours before this instant are in the rollup; a full hour, 0 before the first seal. */
  readonly until: number;
  /** Starts of sealed hours that must be sealed again. */
  readonly invalidatedHours: readonly number[];
}

/**
 * Which part of an interval to read from the rollup and which from the raw events. Together they cover the interval
 * exactly once, so the sum equals a FINAL scan of all events.
 *
 * Rollup: buckets in [rollupFrom, rollupTo) whose hour is not invalidated.
 * Raw: events in [from, to) before rollupFrom, at or after rollupTo, or in an invalidated hour.
 */
export interface RollupPlan {
  readonly from: number;
  readonly to: number;
  readonly rollupFrom: number;
  readonly rollupTo: number;
  readonly invalidatedHours: readonly number[];
  /** Every hour that the raw part needs: the sorting key of call_events starts with the hour. */
  readonly rawHours: readonly number[];
}

/** Plans the reading of [from, to), in epoch milliseconds. */
export function planRollup(from: number, to: number, sealed: SealedHours): RollupPlan {
  const rollupFrom = ceilTo(from, BUCKET_MS);
  // Without a whole sealed bucket the rollup part is empty, and all of the interval is read raw.
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
