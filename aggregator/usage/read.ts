import { REJECTED_STATUS } from '../../schemas/event-rules.ts';
import { select, type ClickHouseClient } from '../../deploy/clickhouse.ts';
import {
  DIMENSIONS,
  isDimension,
  TIME_GROUPS,
  UsageRow,
  type Dimension,
  type GroupBy,
} from './dimensions.ts';
import { planRead } from './plan.ts';
import { readSealed } from './sealed.ts';

/** Usage of one org in [from, to), epoch milliseconds. */
export interface UsageRequest {
  readonly orgId: string;
  readonly from: number;
  readonly to: number;
  /** Only rows with these values; a subscription's usage is filtered by its product. */
  readonly filters?: Partial<Record<Dimension, string | number>>;
  readonly groupBy?: readonly GroupBy[];
  /** Starts of the days, ascending, the first at or before `from`: needed to group by `day`, in any zone. */
  readonly dayStarts?: readonly number[];
  /** Only so many rows: those with the most credits, then calls, first. The rest is the total less their sum. */
  readonly top?: number;
}

const TIME_EXPRESSIONS = {
  day: `roundDown(toUnixTimestamp(bucket), {day_starts:Array(UInt32)}) * 1000`,
  hour: `toUnixTimestamp(toStartOfHour(bucket)) * 1000`,
  '15m': `toUnixTimestamp(bucket) * 1000`,
};

/**
 * Reads usage from the sealed rollup and the raw edges: the same figures as a FINAL scan of call_events, at
 * every moment. Without groupBy exactly one row. Rows come in the order of their groups, unless `top` asks for the
 * largest, and there is none for groups without calls.
 */
export async function readUsage(client: ClickHouseClient, request: UsageRequest): Promise<UsageRow[]> {
  const { orgId, from, to, filters = {}, groupBy = [], dayStarts = [], top } = request;
  const plan = planRead(from, to, await readSealed(client, orgId, from, to));

  const groups = groupBy.filter((name) => isDimension(name));
  const times = TIME_GROUPS.filter((name) => groupBy.includes(name));
  const filtered = Object.keys(filters).filter((name) => isDimension(name));
  // The narrow rollup answers what needs no dimension but the product; the wide one is as wide as the events.
  const narrow = [...groups, ...filtered].every((name) => name === 'product');

  const conditions = filtered.map((name) => {
    const { column, type } = DIMENSIONS[name];
    return `AND ${column} = {filter_${name}:${type}}`;
  });
  const columns = groups.map((name) => `${DIMENSIONS[name].column},`).join(' ');
  const outer = [
    ...groups.map((name) => `${DIMENSIONS[name].column} AS ${name}`),
    ...times.map((name) => `${TIME_EXPRESSIONS[name]} AS \`${name}\``),
  ];
  const names = groupBy.map((name) => `\`${name}\``);
  const groupClause = names.length > 0 ? `GROUP BY ${names.join(', ')}` : '';
  const order = top === undefined ? names : ['credits DESC', 'calls DESC', ...names];
  const orderClause = order.length > 0 ? `ORDER BY ${order.join(', ')}` : '';

  return select(
    client,
    UsageRow,
    `SELECT ${outer.map((column) => `${column},`).join(' ')}
       sum(part.calls) AS calls, sum(part.credits) AS credits, sum(part.rejected) AS rejected
     FROM (
       SELECT ${columns} bucket, calls, credits, rejected
       FROM ${narrow ? 'usage_15m' : 'usage_15m_by'} FINAL
       WHERE org_id = {org:String}
         AND bucket >= toDateTime({rollup_from:UInt32}, 'UTC') AND bucket < toDateTime({rollup_to:UInt32}, 'UTC')
         AND toStartOfHour(bucket) NOT IN {dirty_hours:Array(UInt32)} AND calls > 0
         ${conditions.join(' ')}
       UNION ALL
       SELECT ${columns} toStartOfFifteenMinutes(occurred_at) AS bucket,
         count() AS calls, sum(credits) AS credits, countIf(status = ${REJECTED_STATUS}) AS rejected
       FROM call_events FINAL
       WHERE toStartOfHour(occurred_at) IN {raw_hours:Array(UInt32)}
         AND org_id = {org:String}
         AND occurred_at >= fromUnixTimestamp64Milli({from:Int64}) AND occurred_at < fromUnixTimestamp64Milli({to:Int64})
         AND (occurred_at < toDateTime({rollup_from:UInt32}, 'UTC') OR occurred_at >= toDateTime({rollup_to:UInt32}, 'UTC')
           OR toStartOfHour(occurred_at) IN {dirty_hours:Array(UInt32)})
         ${conditions.join(' ')}
       GROUP BY ${columns} bucket
     ) AS part
     ${groupClause}
     ${orderClause}
     ${top === undefined ? '' : 'LIMIT {top:UInt32}'}
     SETTINGS do_not_merge_across_partitions_select_final = 1`,
    {
      org: orgId,
      from,
      to,
      rollup_from: plan.rollupFrom / 1000,
      rollup_to: plan.rollupTo / 1000,
      dirty_hours: plan.dirtyHours.map(seconds),
      raw_hours: plan.rawHours.map(seconds),
      day_starts: dayStarts.map(seconds),
      ...(top === undefined ? {} : { top }),
      ...Object.fromEntries(filtered.map((name) => [`filter_${name}`, filters[name]])),
    },
  );
}

const seconds = (instant: number): number => instant / 1000;

export interface UsageTotal {
  readonly calls: number;
  readonly credits: number;
  readonly rejected: number;
}

/** The sums alone. */
export async function readTotal(
  client: ClickHouseClient,
  request: Pick<UsageRequest, 'orgId' | 'from' | 'to' | 'filters'>,
): Promise<UsageTotal> {
  const [row] = await readUsage(client, request);
  return { calls: row?.calls ?? 0, credits: row?.credits ?? 0, rejected: row?.rejected ?? 0 };
}
