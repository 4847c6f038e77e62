import { REJECTED_STATUS } from '../../schemas/event-rules.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instant, second, toSeconds } from '../../platform/clickhouse/sql-time.ts';
import { isInTotals, narrowestRollup, selectOf, type Rollup } from './breakdowns.ts';
import { DIMENSIONS, isDimension, TIME_GROUPS, type GroupBy } from './dimensions.ts';
import { conditionsOf, type Filters } from './filters.ts';
import { planRollup, totalsOf, type SealedHours } from './rollup-plan.ts';
import { readSealedHours } from './sealed-hours.ts';

/** Usage of one org in [from, to), epoch milliseconds. */
export interface UsageRequest {
  readonly orgId: string;
  /** Where the answer has a basis already (basis.ts); read now by default. */
  readonly sealed?: SealedHours | undefined;
  readonly from: number;
  readonly to: number;
  /** Only calls with these values; a subscription's usage is filtered by its product. */
  readonly filters?: Filters;
  readonly groupBy?: readonly GroupBy[];
  /** Starts of the days, ascending, the first at or before `from`: needed to group by `day`, in any zone. */
  readonly dayStarts?: readonly number[];
}

/** The rows of a request, in no order: a column for every group, under its name, and calls, credits, rejected. */
export interface UsageQuery {
  /** A SELECT without settings. */
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
}

const TIME_EXPRESSIONS = {
  day: `roundDown(toUnixTimestamp(bucket), {day_starts:Array(UInt32)}) * 1000`,
  hour: `toUnixTimestamp(toStartOfHour(bucket)) * 1000`,
  '15m': `toUnixTimestamp(bucket) * 1000`,
};

/** The column of a group in the SELECTs around a UsageQuery. */
export const columnOf = (group: GroupBy): string => `\`${group}\``;

/**
 * Builds one SELECT over the sealed rollup and the raw events around it. At every moment its figures equal those of a
 * FINAL scan of call_events. Without groupBy it returns exactly one row, otherwise no rows for groups without calls.
 */
export async function usageQuery(client: ClickHouseClient, request: UsageRequest): Promise<UsageQuery> {
  const { orgId, from, to, filters = {}, groupBy = [], dayStarts = [] } = request;
  const sealed = request.sealed ?? (await readSealedHours(client, orgId));
  const dimensions = groupBy.filter((name) => isDimension(name));
  const times = TIME_GROUPS.filter((name) => groupBy.includes(name));
  const names = [...dimensions, ...Object.keys(filters)];
  const plan = planRollup(from, to, isInTotals(names) ? totalsOf(sealed) : sealed);
  const narrowest = narrowestRollup(names, plan.rollupTo, sealed);

  const conditions = conditionsOf(filters);
  const columns = dimensions.map((name) => `${DIMENSIONS[name].column},`).join(' ');
  const selected = (read?: Rollup): string =>
    selectOf({ dimensions }, read)
      .map((column) => `${column},`)
      .join(' ');
  const groups = [
    ...dimensions.map((name) => `${DIMENSIONS[name].column} AS ${columnOf(name)},`),
    ...times.map((name) => `${TIME_EXPRESSIONS[name]} AS ${columnOf(name)},`),
  ];
  // Most answers have none, and a condition on nothing is still computed for every row.
  const hasInvalidated = plan.invalidatedHours.length > 0;
  const rollup = `SELECT ${selected(narrowest)} bucket, calls, credits, rejected
      FROM ${narrowest.table} FINAL
      WHERE org_id = {org:String}
        AND bucket >= ${second('rollup_from')} AND bucket < ${second('rollup_to')}
        ${hasInvalidated ? 'AND toStartOfHour(bucket) NOT IN {invalidated_hours:Array(UInt32)}' : ''}
        ${conditionsOf(filters, narrowest).sql}`;
  const raw = `SELECT ${selected()} toStartOfFifteenMinutes(occurred_at) AS bucket,
        count() AS calls, sum(credits) AS credits, countIf(status = ${REJECTED_STATUS}) AS rejected
      FROM call_events FINAL
      WHERE toStartOfHour(occurred_at) IN {raw_hours:Array(UInt32)}
        AND org_id = {org:String}
        AND occurred_at >= ${instant('from')} AND occurred_at < ${instant('to')}
        AND (occurred_at < ${instant('rollup_from_ms')} OR occurred_at >= ${instant('rollup_to_ms')}
          ${hasInvalidated ? 'OR toStartOfHour(occurred_at) IN {invalidated_hours:Array(UInt32)}' : ''})
        ${conditions.sql}
      GROUP BY ${columns} bucket`;
  // Leave out a part without rows: planning it takes half the time of a small query. An empty interval keeps the
  // rollup part, as it needs its row of zeros too.
  const isRaw = plan.rawHours.length > 0;
  const isRollup = plan.rollupFrom < plan.rollupTo || !isRaw;
  const parts = [...(isRollup ? [rollup] : []), ...(isRaw ? [raw] : [])];
  // Of the groups, as a condition on each row takes a sixth of the CPU: few keys have no calls left (replaced-rows.ts).
  const grouped =
    groupBy.length > 0 ? `GROUP BY ${groupBy.map(columnOf).join(', ')} HAVING sum(part.calls) > 0` : '';
  const sql = `SELECT ${groups.join(' ')}
      sum(part.calls) AS calls, sum(part.credits) AS credits, sum(part.rejected) AS rejected
    FROM (${parts.join(' UNION ALL ')}) AS part
    ${grouped}`;
  const params = {
    org: orgId,
    from,
    to,
    rollup_from_ms: plan.rollupFrom,
    rollup_to_ms: plan.rollupTo,
    rollup_from: plan.rollupFrom / 1000,
    rollup_to: plan.rollupTo / 1000,
    invalidated_hours: plan.invalidatedHours.map(toSeconds),
    raw_hours: plan.rawHours.map(toSeconds),
    day_starts: dayStarts.map(toSeconds),
    ...conditions.params,
  };
  return { sql, params };
}
