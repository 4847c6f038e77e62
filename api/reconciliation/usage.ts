import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { second } from '../../platform/clickhouse/sql-time.ts';
import { Count } from '../parameters/counts.ts';
import { difference, type Difference } from '../../store/reconciliation/difference.ts';
import { DAY_MS } from '../../schemas/time-units.ts';

const HourRow = Type.Object({
  hour: Count,
  sealed: Type.Boolean(),
  traced: Count,
  calls: Count,
  credits: Count,
  rolled_calls: Count,
  rolled_credits: Count,
  by_calls: Count,
  by_credits: Count,
});

/** Sums of hours that are not invalidated: `events` of all, `rolledUp` of the sealed ones. */
export interface UsageFacts {
  readonly events: { readonly calls: number; readonly credits: number };
  readonly rolledUp: { readonly calls: number; readonly credits: number };
  readonly differences: readonly Difference[];
}

/** Shorter than event_payloads keeps its rows (schemas/clickhouse/0006): an expired trace is not a difference. */
const TRACED_MS = 36 * DAY_MS;

const within = (hour: string): string => `${hour} >= ${second('from')} AND ${hour} < ${second('to')}`;
const notInvalidated = (hour: string): string =>
  `(org_id, ${hour}) NOT IN (SELECT org_id, hour FROM dirty_marks FINAL WHERE cleared = 0)`;
const zeros = (...names: readonly string[]): string => names.map((name) => `0 AS ${name}`).join(', ');

/**
 * Compares, hour by hour, the distinct events with the traces that landing leaves and with both rollups. Invalidated
 * pairs of (org, hour) are left out, because they are about to be resealed.
 * @param from start of an hour, as `to`; epoch milliseconds
 */
export async function readUsageFacts(
  client: ClickHouseClient,
  { from, to, now }: { readonly from: number; readonly to: number; readonly now: number },
): Promise<UsageFacts> {
  const rows = await select(
    client,
    HourRow,
    `SELECT toUnixTimestamp(at) * 1000 AS hour,
       toBool(toUnixTimestamp(at) < (SELECT intDiv(toUnixTimestamp64Milli(max(until)), 1000) FROM aggregator_progress WHERE name = 'sealed')) AS sealed,
       sum(traced) AS traced, sum(calls) AS calls, sum(credits) AS credits, sum(rolled_calls) AS rolled_calls,
       sum(rolled_credits) AS rolled_credits, sum(by_calls) AS by_calls, sum(by_credits) AS by_credits
     FROM (
       SELECT toStartOfHour(occurred_at) AS at, ${zeros('traced')}, count() AS calls, sum(credits) AS credits,
         ${zeros('rolled_calls', 'rolled_credits', 'by_calls', 'by_credits')}
       FROM call_events FINAL WHERE ${within('toStartOfHour(occurred_at)')} AND ${notInvalidated('toStartOfHour(occurred_at)')}
       GROUP BY at
       UNION ALL
       SELECT hour AS at, uniqExact(org_id, event) AS traced,
         ${zeros('calls', 'credits', 'rolled_calls', 'rolled_credits', 'by_calls', 'by_credits')}
       FROM event_payloads WHERE ${within('hour')} AND ${notInvalidated('hour')} GROUP BY at
       UNION ALL
       SELECT toStartOfHour(bucket) AS at, ${zeros('traced', 'calls', 'credits')}, sum(usage_15m.calls) AS rolled_calls,
         sum(usage_15m.credits) AS rolled_credits, ${zeros('by_calls', 'by_credits')}
       FROM usage_15m FINAL WHERE ${within('bucket')} AND ${notInvalidated('toStartOfHour(bucket)')} GROUP BY at
       UNION ALL
       SELECT toStartOfHour(bucket) AS at, ${zeros('traced', 'calls', 'credits', 'rolled_calls', 'rolled_credits')},
         sum(usage_15m_by.calls) AS by_calls, sum(usage_15m_by.credits) AS by_credits
       FROM usage_15m_by FINAL WHERE ${within('bucket')} AND ${notInvalidated('toStartOfHour(bucket)')} GROUP BY at
     ) GROUP BY at ORDER BY at
     SETTINGS do_not_merge_across_partitions_select_final = 1`,
    { from: from / 1000, to: to / 1000 },
  );
  const sum = (of: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((all, row) => all + of(row), 0);
  const sealed = (of: (row: (typeof rows)[number]) => number): number =>
    sum((row) => (row.sealed ? of(row) : 0));
  return {
    events: { calls: sum(({ calls }) => calls), credits: sum(({ credits }) => credits) },
    rolledUp: {
      calls: sealed(({ rolled_calls }) => rolled_calls),
      credits: sealed(({ rolled_credits }) => rolled_credits),
    },
    differences: rows.flatMap((row) => differencesOf(row, row.hour >= now - TRACED_MS)),
  };
}

const figures = (calls: number, credits: number): string => `${calls} calls, ${credits} credits`;

function differencesOf(row: Static<typeof HourRow>, isTraced: boolean): Difference[] {
  const where = `hour ${new Date(row.hour).toISOString()}`;
  const events = figures(row.calls, row.credits);
  const rolled = figures(row.rolled_calls, row.rolled_credits);
  const broken = figures(row.by_calls, row.by_credits);
  const found: Difference[] = [];
  if (isTraced && row.calls < row.traced) {
    found.push(difference('events-missing', where, row.traced, row.calls));
  }
  if (row.sealed && events !== rolled) found.push(difference('rollup-differs', where, events, rolled));
  if (row.sealed && rolled !== broken) found.push(difference('breakdown-differs', where, rolled, broken));
  return found;
}
