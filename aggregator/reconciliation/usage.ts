import { Type } from 'typebox';
import { formatInstant } from '../../domain/instants.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { toSeconds } from '../../platform/clickhouse/sql-time.ts';
import { REJECTED_STATUS } from '../../schemas/event-rules.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { readProgress } from '../../store/progress/aggregator-progress.ts';
import type { Difference } from '../../store/reconciliation/difference.ts';
import { missingEvents, TRACED_MS, usageDifferences } from '../../store/reconciliation/usage-differences.ts';
import { comparedOf, SUMS_OF_EACH, SumsOfEach } from '../../store/reconciliation/usage-sums.ts';
import { NARROW_BREAKDOWNS, ROLLUPS, type Rollup } from '../../store/usage/breakdowns.ts';

const Count = Type.Integer();
const FiguresRow = Type.Object({
  hour: Count,
  org_id: Type.String(),
  product: Type.String(),
  ...SumsOfEach,
});
const TracesRow = Type.Object({ hour: Count, org_id: Type.String(), traced: Count, calls: Count });

/** D: an hour with more of them is damaged as a whole. */
const MAX_FOUND = 200;

const ofHours = (hour: string, hours = 'hours'): string => `${hour} IN {${hours}:Array(UInt32)}
  AND (org_id, ${hour}) NOT IN (SELECT org_id, hour FROM dirty_marks FINAL WHERE cleared = 0 AND hour IN {hours:Array(UInt32)})`;
const rowsOf = (rollup: Rollup): string => {
  const { table } = rollup;
  const hours = NARROW_BREAKDOWNS.includes(rollup) ? 'filled' : 'hours';
  return `SELECT '${table}' AS source, toStartOfHour(bucket) AS at, org_id, product, sum(${table}.calls) AS calls,
     sum(${table}.credits) AS credits, sum(${table}.rejected) AS rejected
   FROM ${table} FINAL
   WHERE ${ofHours('toStartOfHour(bucket)', hours)}
   GROUP BY at, org_id, product`;
};

/**
 * Compares sealed hours of every organisation and product: the rollups with each other and with a count of the distinct
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
  const { breakdowns } = await readProgress(client);
  const isFilled = (hour: number): boolean => hour < breakdowns;
  const params = { hours: hours.map(toSeconds), filled: hours.filter(isFilled).map(toSeconds) };
  const traced = hours.filter((hour) => hour >= now - TRACED_MS);
  const [figures, traces] = await Promise.all([
    select(
      client,
      FiguresRow,
      `SELECT toUnixTimestamp(at) * 1000 AS hour, org_id, product,
         ${SUMS_OF_EACH}
       FROM (
         SELECT 'call_events' AS source, toStartOfHour(occurred_at) AS at, org_id, product, count() AS calls,
           sum(call_events.credits) AS credits, countIf(status = ${REJECTED_STATUS}) AS rejected
         FROM call_events FINAL WHERE ${ofHours('toStartOfHour(occurred_at)')} GROUP BY at, org_id, product
         UNION ALL ${ROLLUPS.map(rowsOf).join(' UNION ALL ')}
       ) AS part GROUP BY at, org_id, product
       HAVING call_events != usage_15m OR usage_15m != usage_15m_by OR (toUnixTimestamp(at) IN {filled:Array(UInt32)}
         AND (${NARROW_BREAKDOWNS.map(({ table }) => `usage_15m != ${table}`).join(' OR ')}))
       ORDER BY hour, org_id, product LIMIT ${MAX_FOUND}`,
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
           ) GROUP BY at, org_id HAVING calls < traced ORDER BY hour, org_id LIMIT ${MAX_FOUND}`,
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
      return usageDifferences(where, comparedOf(row, isFilled(hour)), place);
    }),
  ];
}
