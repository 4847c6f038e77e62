import { Type, type Static } from 'typebox';
import { formatInstant } from '../../domain/instants.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { toSeconds } from '../../platform/clickhouse/sql-time.ts';
import { REJECTED_STATUS } from '../../schemas/event-rules.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import type { Difference } from '../../store/reconciliation/difference.ts';
import {
  missingEvents,
  TRACED_MS,
  usageDifferences,
  type ComparedUsage,
} from '../../store/reconciliation/usage-differences.ts';

const Count = Type.Integer();
const FiguresRow = Type.Object({
  hour: Count,
  org_id: Type.String(),
  product: Type.String(),
  calls: Count,
  credits: Count,
  rejected: Count,
  rolled_calls: Count,
  rolled_credits: Count,
  rolled_rejected: Count,
  by_calls: Count,
  by_credits: Count,
  by_rejected: Count,
});
const TracesRow = Type.Object({ hour: Count, org_id: Type.String(), traced: Count, calls: Count });

/** D: an hour with more of them is damaged as a whole. */
const MAX_FOUND = 200;

const ofHours = (hour: string): string => `${hour} IN {hours:Array(UInt32)}
  AND (org_id, ${hour}) NOT IN (SELECT org_id, hour FROM dirty_marks FINAL WHERE cleared = 0 AND hour IN {hours:Array(UInt32)})`;
const zeros = (prefix: string): string =>
  ['calls', 'credits', 'rejected'].map((name) => `0 AS ${prefix}${name}`).join(', ');
const sums = (table: string, prefix: string): string =>
  ['calls', 'credits', 'rejected'].map((name) => `sum(${table}.${name}) AS ${prefix}${name}`).join(', ');

/**
 * Compares sealed hours of every organisation and product: both rollups with each other and with a count of the distinct
 * events, and these with the traces that landing leaves. Invalidated hours of an organisation are left out: readers
 * count them from the events, and they are about to be sealed again.
 * @param hours one chunk of sealed hours whose events are all kept, epoch milliseconds
 * @param now epoch milliseconds
 */
export async function checkHours(
  client: ClickHouseClient,
  hours: readonly number[],
  now: number,
): Promise<Difference[]> {
  if (hours.length === 0) return [];
  const params = { hours: hours.map(toSeconds) };
  const traced = hours.filter((hour) => hour >= now - TRACED_MS);
  const [figures, traces] = await Promise.all([
    select(
      client,
      FiguresRow,
      `SELECT toUnixTimestamp(at) * 1000 AS hour, org_id, product, sum(e_calls) AS calls, sum(e_credits) AS credits,
         sum(e_rejected) AS rejected, sum(r_calls) AS rolled_calls, sum(r_credits) AS rolled_credits, sum(r_rejected) AS rolled_rejected,
         sum(b_calls) AS by_calls, sum(b_credits) AS by_credits, sum(b_rejected) AS by_rejected
       FROM (
         SELECT toStartOfHour(occurred_at) AS at, org_id, product, count() AS e_calls, sum(call_events.credits) AS e_credits,
           countIf(status = ${REJECTED_STATUS}) AS e_rejected, ${zeros('r_')}, ${zeros('b_')}
         FROM call_events FINAL WHERE ${ofHours('toStartOfHour(occurred_at)')} GROUP BY at, org_id, product
         UNION ALL
         SELECT toStartOfHour(bucket) AS at, org_id, product, ${zeros('e_')}, ${sums('usage_15m', 'r_')}, ${zeros('b_')}
         FROM usage_15m FINAL WHERE ${ofHours('toStartOfHour(bucket)')} GROUP BY at, org_id, product
         UNION ALL
         SELECT toStartOfHour(bucket) AS at, org_id, product, ${zeros('e_')}, ${zeros('r_')}, ${sums('usage_15m_by', 'b_')}
         FROM usage_15m_by FINAL WHERE ${ofHours('toStartOfHour(bucket)')} GROUP BY at, org_id, product
       ) GROUP BY at, org_id, product
       HAVING (calls, credits, rejected) != (rolled_calls, rolled_credits, rolled_rejected)
         OR (rolled_calls, rolled_credits, rolled_rejected) != (by_calls, by_credits, by_rejected)
       ORDER BY hour, org_id, product LIMIT ${MAX_FOUND}
       SETTINGS do_not_merge_across_partitions_select_final = 1`,
      params,
    ),
    traced.length === 0
      ? []
      : select(
          client,
          TracesRow,
          `SELECT toUnixTimestamp(at) * 1000 AS hour, org_id, sum(t_calls) AS traced, sum(e_calls) AS calls FROM (
             SELECT toStartOfHour(occurred_at) AS at, org_id, count() AS e_calls, 0 AS t_calls
             FROM call_events FINAL WHERE ${ofHours('toStartOfHour(occurred_at)')} GROUP BY at, org_id
             UNION ALL
             SELECT hour AS at, org_id, 0 AS e_calls, uniqExact(event) AS t_calls
             FROM event_payloads WHERE ${ofHours('hour')} GROUP BY at, org_id
           ) GROUP BY at, org_id HAVING calls < traced ORDER BY hour, org_id LIMIT ${MAX_FOUND}
           SETTINGS do_not_merge_across_partitions_select_final = 1`,
          { hours: traced.map(toSeconds) },
        ),
  ]);
  return [
    ...traces.flatMap(({ hour, org_id, traced: expected, calls }) => {
      const place = { org_id, from: hour, to: hour + HOUR_MS };
      return missingEvents(`${org_id}, hour ${formatInstant(hour)}`, expected, calls, place);
    }),
    ...figures.flatMap((row) => {
      const { hour, org_id, product } = row;
      const where = `${org_id} ${product}, hour ${formatInstant(hour)}`;
      const place = { org_id, product, from: hour, to: hour + HOUR_MS };
      return usageDifferences(where, comparedOf(row), place);
    }),
  ];
}

const comparedOf = (row: Static<typeof FiguresRow>): ComparedUsage => ({
  events: row,
  rolledUp: { calls: row.rolled_calls, credits: row.rolled_credits, rejected: row.rolled_rejected },
  brokenDown: { calls: row.by_calls, credits: row.by_credits, rejected: row.by_rejected },
});
