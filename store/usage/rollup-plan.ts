import { BUCKET_MS, HOUR_MS } from '../../schemas/time-units.ts';
import { ceilTo, floorTo } from '../../domain/instants.ts';

/** [from, to), epoch milliseconds. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** Which hours of an organisation the rollup has: read before the rollup itself. */
export interface SealedHours {
  /** Hours before this instant are in every rollup; a full hour, 0 before the first seal. */
  readonly until: number;
  /** Quarter hours before this instant are in the totals too; at least `until`, and less than an hour later. */
  readonly totalsUntil: number;
  /** Hours before this instant are in the narrow breakdowns too (breakdowns.ts); at most `until`. */
  readonly breakdownsUntil: number;
  /** Starts of hours that must be counted again. */
  readonly invalidatedHours: readonly number[];
}

/** Events that landed after their quarter had ended: instants, of their hour and of the first of these quarters. */
export interface InvalidatedHour {
  readonly hour: number;
  readonly earliest: number;
}

/**
 * Invalidations of quarters that even the totals do not have are left out: those are read from the events anyway.
 * @param progress as recorded: 0 where nothing is
 */
export function sealedHours(
  { until, breakdownsUntil, totalsUntil }: Omit<SealedHours, 'invalidatedHours'>,
  invalidated: readonly InvalidatedHour[],
): SealedHours {
  const countedUntil = Math.max(until, totalsUntil);
  const hours = invalidated.filter(({ earliest }) => earliest < countedUntil).map(({ hour }) => hour);
  return { until, breakdownsUntil, totalsUntil: countedUntil, invalidatedHours: [...new Set(hours)] };
}

/** What the totals have of the hours of an organisation, for a plan of reading them. */
export const totalsOf = ({ totalsUntil, invalidatedHours }: SealedHours) => ({
  until: totalsUntil,
  invalidatedHours,
});

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
  /** What the raw part reads; an invalidated hour may overlap the edges. */
  readonly rawRanges: readonly Interval[];
  /** Every hour that the raw part needs: the sorting key of call_events starts with the hour. */
  readonly rawHours: readonly number[];
}

/** Plans the reading of [from, to), in epoch milliseconds. */
export function planRollup(
  from: number,
  to: number,
  sealed: Pick<SealedHours, 'until' | 'invalidatedHours'>,
): RollupPlan {
  const rollupFrom = ceilTo(from, BUCKET_MS);
  // Without a whole sealed bucket the rollup part is empty, and all of the interval is read raw.
  const rollupTo = Math.max(rollupFrom, floorTo(Math.min(to, sealed.until), BUCKET_MS));
  const invalidatedHours = sealed.invalidatedHours.filter((hour) => hour + HOUR_MS > from && hour < to);
  const edges = [
    { from, to: Math.min(rollupFrom, to) },
    { from: rollupTo, to },
  ];
  const invalidated = invalidatedHours.map((hour) => ({
    from: Math.max(from, hour),
    to: Math.min(hour + HOUR_MS, to),
  }));
  const rawRanges = [...edges, ...invalidated].filter((range) => range.from < range.to);
  const rawHours = [...new Set(rawRanges.flatMap(hoursOf))];
  return { from, to, rollupFrom, rollupTo, invalidatedHours, rawRanges, rawHours };
}

/** The starts of the hours that a range touches. */
export function hoursOf({ from, to }: Interval): number[] {
  const first = floorTo(from, HOUR_MS);
  return Array.from({ length: Math.ceil((to - first) / HOUR_MS) }, (_, index) => first + index * HOUR_MS);
}
