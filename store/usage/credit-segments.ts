import { instant, second, toSeconds } from '../../platform/clickhouse/sql-time.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { hoursOf, type RollupPlan } from './rollup-plan.ts';

/**
 * A SELECT of credits by segment: is_raw, start, credits. Time is cut into segments at every bound of the plans, so each
 * plan reads a segment as a whole from the rollup, from the raw events, or not at all. Needs the parameters org and
 * product too.
 */
export interface SegmentsPart {
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** Undefined where no plan reads the rollup. */
export function rollupPart(plans: readonly RollupPlan[]): SegmentsPart | undefined {
  const used = plans.filter(({ rollupFrom, rollupTo }) => rollupFrom < rollupTo);
  if (used.length === 0) return undefined;
  const from = Math.min(...used.map(({ rollupFrom }) => rollupFrom));
  const to = Math.max(...used.map(({ rollupTo }) => rollupTo));
  return {
    sql: `SELECT false AS is_raw, roundDown(toInt64(toUnixTimestamp(bucket)) * 1000, {rollup_cuts:Array(Int64)}) AS start,
        sum(credits) AS credits
      FROM usage_15m FINAL
      WHERE org_id = {org:String} AND product = {product:String}
        AND bucket >= ${second('rollup_from')} AND bucket < ${second('rollup_to')}
      GROUP BY start`,
    params: {
      rollup_from: toSeconds(from),
      rollup_to: toSeconds(to),
      rollup_cuts: cutsOf(plans).filter((cut) => cut >= from && cut < to),
    },
  };
}

/**
 * Undefined where no plan reads raw events. The gap is the longest time between what the plans read: the rest of the
 * hour in which the window begins lies in it, and would be read with that hour otherwise.
 * @param leftOut hours that each plan reads as a whole or not at all
 */
export function rawPart(
  plans: readonly RollupPlan[],
  leftOut: ReadonlySet<number> = new Set(),
): SegmentsPart | undefined {
  const ranges = plans
    .flatMap(({ rawRanges }) => rawRanges)
    .filter(({ from }) => !leftOut.has(from))
    .toSorted((one, other) => one.from - other.from);
  const [first] = ranges;
  if (first === undefined) return undefined;
  let to = first.to;
  let gap = { from: to, to };
  for (const range of ranges) {
    if (range.from - to > gap.to - gap.from) gap = { from: to, to: range.from };
    to = Math.max(to, range.to);
  }
  return {
    sql: `SELECT true AS is_raw, roundDown(toUnixTimestamp64Milli(occurred_at), {raw_cuts:Array(Int64)}) AS start,
        sum(credits) AS credits
      FROM call_events FINAL
      WHERE toStartOfHour(occurred_at) IN {raw_hours:Array(UInt32)}
        AND org_id = {org:String} AND product = {product:String}
        AND occurred_at >= ${instant('raw_from')} AND occurred_at < ${instant('raw_to')}
        AND (occurred_at < ${instant('gap_from')} OR occurred_at >= ${instant('gap_to')})
      GROUP BY start`,
    params: {
      raw_hours: [...new Set(ranges.flatMap(hoursOf))].map(toSeconds),
      raw_from: first.from,
      raw_to: to,
      gap_from: gap.from,
      gap_to: gap.to,
      raw_cuts: cutsOf(plans),
    },
  };
}

/** Ascending. What is read begins at a cut: roundDown takes the first one for all that lies before it. */
function cutsOf(plans: readonly RollupPlan[]): number[] {
  const cuts = plans.flatMap(({ from, to, rollupFrom, rollupTo, invalidatedHours }) => [
    from,
    to,
    rollupFrom,
    rollupTo,
    ...invalidatedHours.flatMap((hour) => [hour, hour + HOUR_MS]),
  ]);
  return [...new Set(cuts)].toSorted((one, other) => one - other);
}

/** Whether a plan reads the segment that begins at an instant, and reads it from there. */
export const isRead = (plan: RollupPlan, start: number, isRaw: boolean): boolean =>
  start >= plan.from && start < plan.to && isRaw !== isInRollup(plan, start);

const isInRollup = ({ rollupFrom, rollupTo, invalidatedHours }: RollupPlan, start: number): boolean =>
  start >= rollupFrom &&
  start < rollupTo &&
  !invalidatedHours.some((hour) => start >= hour && start < hour + HOUR_MS);
