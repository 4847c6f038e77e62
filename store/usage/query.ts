import { REJECTED_STATUS } from '../../schemas/event-rules.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { DIMENSIONS, isDimension, TIME_GROUPS, type GroupBy } from './dimensions.ts';
import { conditionsOf, type Filters } from './filters.ts';
import { planRead } from './rollup-plan.ts';
import { readSealed } from './sealed-hours.ts';

/** Usage of one org in [from, to), epoch milliseconds. */
export interface UsageRequest {
  readonly orgId: string;
  readonly from: number;
  readonly to: number;
  /** Only calls with these values; a subscription's usage is filtered by its product. */
  readonly filters?: Filters;
  readonly groupBy?: readonly GroupBy[];
  /** Starts of the days, ascending, the first at or before `from`: needed to group by `day`, in any zone. */
  readonly dayStarts?: readonly number[];
}

/** The rows of a request: a column for every group, under its name, and calls, credits, rejected. In no order. */
export interface UsageQuery {
  /** A SELECT; what is built around it ends with FINAL_SETTINGS. */
  readonly sql: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A key lies in one partition, of its month or day: each is replaced by itself. */
export const FINAL_SETTINGS = 'SETTINGS do_not_merge_across_partitions_select_final = 1';

const TIME_EXPRESSIONS = {
  day: `roundDown(toUnixTimestamp(bucket), {day_starts:Array(UInt32)}) * 1000`,
  hour: `toUnixTimestamp(toStartOfHour(bucket)) * 1000`,
  '15m': `toUnixTimestamp(bucket) * 1000`,
};

/** A group's column in the SELECTs around a UsageQuery. */
export const columnOf = (group: GroupBy): string => `\`${group}\``;

/**
 * The sealed rollup and the raw edges as one SELECT: the same figures as a FINAL scan of call_events, at every
 * moment. Without groupBy exactly one row, otherwise none for groups without calls.
 */
export async function usageQuery(client: ClickHouseClient, request: UsageRequest): Promise<UsageQuery> {
  const { orgId, from, to, filters = {}, groupBy = [], dayStarts = [] } = request;
  const plan = planRead(from, to, await readSealed(client, orgId, from, to));

  const dimensions = groupBy.filter((name) => isDimension(name));
  const times = TIME_GROUPS.filter((name) => groupBy.includes(name));
  // The narrow rollup answers what needs no dimension but the product; the wide one is as wide as the events.
  const narrow = [...dimensions, ...Object.keys(filters)].every((name) => name === 'product');

  const conditions = conditionsOf(filters);
  const columns = dimensions.map((name) => `${DIMENSIONS[name].column},`).join(' ');
  const groups = [
    ...dimensions.map((name) => `${DIMENSIONS[name].column} AS ${columnOf(name)},`),
    ...times.map((name) => `${TIME_EXPRESSIONS[name]} AS ${columnOf(name)},`),
  ];
  const rollup = `SELECT ${columns} bucket, calls, credits, rejected
      FROM ${narrow ? 'usage_15m' : 'usage_15m_by'} FINAL
      WHERE org_id = {org:String}
        AND bucket >= toDateTime({rollup_from:UInt32}, 'UTC') AND bucket < toDateTime({rollup_to:UInt32}, 'UTC')
        AND toStartOfHour(bucket) NOT IN {dirty_hours:Array(UInt32)} AND calls > 0
        ${conditions.sql}`;
  const raw = `SELECT ${columns} toStartOfFifteenMinutes(occurred_at) AS bucket,
        count() AS calls, sum(credits) AS credits, countIf(status = ${REJECTED_STATUS}) AS rejected
      FROM call_events FINAL
      WHERE toStartOfHour(occurred_at) IN {raw_hours:Array(UInt32)}
        AND org_id = {org:String}
        AND occurred_at >= fromUnixTimestamp64Milli({from:Int64}) AND occurred_at < fromUnixTimestamp64Milli({to:Int64})
        AND (occurred_at < toDateTime({rollup_from:UInt32}, 'UTC') OR occurred_at >= toDateTime({rollup_to:UInt32}, 'UTC')
          OR toStartOfHour(occurred_at) IN {dirty_hours:Array(UInt32)})
        ${conditions.sql}
      GROUP BY ${columns} bucket`;
  // A part that can hold nothing still costs its planning, half of a small query; an empty interval has its sums too.
  const isRaw = plan.rawHours.length > 0;
  const isRollup = plan.rollupFrom < plan.rollupTo || !isRaw;
  const parts = [...(isRollup ? [rollup] : []), ...(isRaw ? [raw] : [])];
  const sql = `SELECT ${groups.join(' ')}
      sum(part.calls) AS calls, sum(part.credits) AS credits, sum(part.rejected) AS rejected
    FROM (${parts.join(' UNION ALL ')}) AS part
    ${groupBy.length > 0 ? `GROUP BY ${groupBy.map(columnOf).join(', ')}` : ''}`;
  const params = {
    org: orgId,
    from,
    to,
    rollup_from: plan.rollupFrom / 1000,
    rollup_to: plan.rollupTo / 1000,
    dirty_hours: plan.invalidatedHours.map(seconds),
    raw_hours: plan.rawHours.map(seconds),
    day_starts: dayStarts.map(seconds),
    ...conditions.params,
  };
  return { sql, params };
}

const seconds = (instant: number): number => instant / 1000;
