import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instant, second, toSeconds } from '../../platform/clickhouse/sql-time.ts';
import { FINAL_SETTINGS } from './query.ts';
import { planRollup, type RollupPlan, type SealedHours } from './rollup-plan.ts';

/** [from, to), epoch milliseconds. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

const SumsRow = Type.Object({ sums: Type.Array(Type.Integer()) });

/**
 * The credits of a subscription in each of several intervals, which should overlap or adjoin: all between them is read.
 * They equal those of a FINAL scan of call_events, and of usageQuery. One statement takes half the CPU time of two:
 * planning it costs more than the rows of a typical organisation.
 * @param sealed read before the call (sealed-hours.ts)
 */
export async function readCredits(
  client: ClickHouseClient,
  sealed: SealedHours,
  orgId: string,
  product: string,
  intervals: readonly Interval[],
): Promise<number[]> {
  const plans = intervals.map((interval) => planRollup(interval.from, interval.to, sealed));
  const rawHours = [...new Set(plans.flatMap((plan) => plan.rawHours))];
  const invalidatedHours = [...new Set(plans.flatMap((plan) => plan.invalidatedHours))];
  const parts = [
    ...(plans.some(({ rollupFrom, rollupTo }) => rollupFrom < rollupTo)
      ? [rollupPart(plans.length, invalidatedHours.length > 0)]
      : []),
    ...(rawHours.length > 0 ? [rawPart(plans.length)] : []),
  ];
  if (parts.length === 0) return plans.map(() => 0);
  const rows = await select(client, SumsRow, `${parts.join(' UNION ALL ')} ${FINAL_SETTINGS}`, {
    org: orgId,
    product,
    raw_hours: rawHours.map(toSeconds),
    invalidated_hours: invalidatedHours.map(toSeconds),
    ...Object.assign({}, ...plans.map(boundsOf)),
  });
  return plans.map((_, index) => rows.reduce((sum, { sums }) => sum + (sums[index] ?? 0), 0));
}

function rollupPart(count: number, hasInvalidated: boolean): string {
  const inEach = indexes(count).map(
    (index) => `bucket >= ${second(`rollup_from_${index}`)} AND bucket < ${second(`rollup_to_${index}`)}`,
  );
  return `SELECT ${sumsOf(inEach)} FROM usage_15m FINAL
    WHERE org_id = {org:String} AND product = {product:String} AND ${anyOf(inEach)}
      ${hasInvalidated ? 'AND toStartOfHour(bucket) NOT IN {invalidated_hours:Array(UInt32)}' : ''}`;
}

function rawPart(count: number): string {
  const inEach = indexes(count).map(
    (index) => `occurred_at >= ${instant(`from_${index}`)} AND occurred_at < ${instant(`to_${index}`)}
        AND (occurred_at < ${instant(`rollup_from_ms_${index}`)} OR occurred_at >= ${instant(`rollup_to_ms_${index}`)}
          OR toStartOfHour(occurred_at) IN {invalidated_hours:Array(UInt32)})`,
  );
  return `SELECT ${sumsOf(inEach)} FROM call_events FINAL
    WHERE toStartOfHour(occurred_at) IN {raw_hours:Array(UInt32)}
      AND org_id = {org:String} AND product = {product:String} AND ${anyOf(inEach)}`;
}

const indexes = (count: number): number[] => Array.from({ length: count }, (_, index) => index);
const sumsOf = (conditions: readonly string[]): string =>
  `[${conditions.map((condition) => `sumIf(credits, ${condition})`).join(', ')}] AS sums`;
const anyOf = (conditions: readonly string[]): string => `((${conditions.join(') OR (')}))`;

const boundsOf = ({ from, to, rollupFrom, rollupTo }: RollupPlan, index: number) => ({
  [`from_${index}`]: from,
  [`to_${index}`]: to,
  [`rollup_from_ms_${index}`]: rollupFrom,
  [`rollup_to_ms_${index}`]: rollupTo,
  [`rollup_from_${index}`]: toSeconds(rollupFrom),
  [`rollup_to_${index}`]: toSeconds(rollupTo),
});
