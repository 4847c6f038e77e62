import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { second } from '../../platform/clickhouse/sql-time.ts';
import { formatInstant } from '../../domain/instants.ts';
import { Count } from '../parameters/counts.ts';
import { REJECTED_STATUS } from '../../schemas/event-rules.ts';
import type { Difference } from '../../store/reconciliation/difference.ts';
import { missingEvents, TRACED_MS, usageDifferences } from '../../store/reconciliation/usage-differences.ts';
import { comparedOf, SUMS_OF_EACH, SumsOfEach } from '../../store/reconciliation/usage-sums.ts';
import { ROLLUPS, type Rollup } from '../../store/usage/breakdowns.ts';

const HourRow = Type.Object({
  hour: Count,
  sealed: Type.Boolean(),
  /** Whether the narrow breakdowns have the hour. */
  filled: Type.Boolean(),
  traced: Count,
  ...SumsOfEach,
});

/** Sums of hours that are not invalidated: `events` of all, `rolledUp` of the sealed ones. */
export interface UsageFacts {
  readonly events: { readonly calls: number; readonly credits: number };
  readonly rolledUp: { readonly calls: number; readonly credits: number };
  readonly differences: readonly Difference[];
}

const within = (hour: string): string => `${hour} >= ${second('from')} AND ${hour} < ${second('to')}`;
const notInvalidated = (hour: string): string =>
  `(org_id, ${hour}) NOT IN (SELECT org_id, hour FROM dirty_marks FINAL WHERE cleared = 0)`;
const isBefore = (column: string): string => `toBool(toUnixTimestamp(at) <
  (SELECT intDiv(toUnixTimestamp64Milli(max(${column})), 1000) FROM aggregator_progress FINAL WHERE name = 'sealed'))`;
const rowsOf = ({ table }: Rollup): string =>
  `SELECT '${table}' AS source, toStartOfHour(bucket) AS at, sum(${table}.calls) AS calls, sum(${table}.credits) AS credits,
     sum(${table}.rejected) AS rejected
   FROM ${table} FINAL WHERE ${within('bucket')} AND ${notInvalidated('toStartOfHour(bucket)')} GROUP BY at`;

/**
 * Compares, hour by hour, the distinct events with the traces that landing leaves and with the rollups. Invalidated
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
       ${isBefore('until')} AS sealed, ${isBefore('narrow_until')} AS filled, sumIf(part.calls, source = 'traces') AS traced,
       ${SUMS_OF_EACH}
     FROM (
       SELECT 'call_events' AS source, toStartOfHour(occurred_at) AS at, count() AS calls, sum(call_events.credits) AS credits,
         countIf(status = ${REJECTED_STATUS}) AS rejected
       FROM call_events FINAL WHERE ${within('toStartOfHour(occurred_at)')} AND ${notInvalidated('toStartOfHour(occurred_at)')}
       GROUP BY at
       UNION ALL
       SELECT 'traces' AS source, hour AS at, uniqExact(org_id, event) AS calls, 0 AS credits, 0 AS rejected
       FROM event_payloads WHERE ${within('hour')} AND ${notInvalidated('hour')} GROUP BY at
       UNION ALL ${ROLLUPS.map(rowsOf).join(' UNION ALL ')}
     ) AS part GROUP BY at ORDER BY at`,
    { from: from / 1000, to: to / 1000 },
  );
  const sum = (of: (row: (typeof rows)[number]) => number): number =>
    rows.reduce((all, row) => all + of(row), 0);
  const sealed = (of: (row: (typeof rows)[number]) => number): number =>
    sum((row) => (row.sealed ? of(row) : 0));
  return {
    events: { calls: sum((row) => row.call_events[0]), credits: sum((row) => row.call_events[1]) },
    rolledUp: { calls: sealed((row) => row.usage_15m[0]), credits: sealed((row) => row.usage_15m[1]) },
    differences: rows.flatMap((row) => differencesOf(row, row.hour >= now - TRACED_MS)),
  };
}

function differencesOf(row: Static<typeof HourRow>, isTraced: boolean): Difference[] {
  const where = `hour ${formatInstant(row.hour)}`;
  return [
    ...(isTraced ? missingEvents(where, row.traced, row.call_events[0]) : []),
    ...(row.sealed ? usageDifferences(where, comparedOf(row, row.filled)) : []),
  ];
}
