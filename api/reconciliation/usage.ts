import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { second } from '../../platform/clickhouse/sql-time.ts';
import { formatInstant } from '../../domain/instants.ts';
import { Count } from '../parameters/counts.ts';
import { REJECTED_STATUS } from '../../schemas/event-rules.ts';
import type { Difference } from '../../store/reconciliation/difference.ts';
import { missingEvents, TRACED_MS, usageDifferences } from '../../store/reconciliation/usage-differences.ts';

const HourRow = Type.Object({
  hour: Count,
  sealed: Type.Boolean(),
  traced: Count,
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

/** Sums of hours that are not invalidated: `events` of all, `rolledUp` of the sealed ones. */
export interface UsageFacts {
  readonly events: { readonly calls: number; readonly credits: number };
  readonly rolledUp: { readonly calls: number; readonly credits: number };
  readonly differences: readonly Difference[];
}

const within = (hour: string): string => `${hour} >= ${second('from')} AND ${hour} < ${second('to')}`;
const notInvalidated = (hour: string): string =>
  `(org_id, ${hour}) NOT IN (SELECT org_id, hour FROM dirty_marks FINAL WHERE cleared = 0)`;
const COUNTED = ['calls', 'credits', 'rejected'];
const ROLLED = COUNTED.map((name) => `rolled_${name}`);
const BROKEN = COUNTED.map((name) => `by_${name}`);
const SUMS = [...COUNTED, ...ROLLED, ...BROKEN];
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
       sum(traced) AS traced, ${SUMS.map((name) => `sum(${name}) AS ${name}`).join(', ')}
     FROM (
       SELECT toStartOfHour(occurred_at) AS at, ${zeros('traced')}, count() AS calls, sum(call_events.credits) AS credits,
         countIf(status = ${REJECTED_STATUS}) AS rejected, ${zeros(...ROLLED, ...BROKEN)}
       FROM call_events FINAL WHERE ${within('toStartOfHour(occurred_at)')} AND ${notInvalidated('toStartOfHour(occurred_at)')}
       GROUP BY at
       UNION ALL
       SELECT hour AS at, uniqExact(org_id, event) AS traced, ${zeros(...SUMS)}
       FROM event_payloads WHERE ${within('hour')} AND ${notInvalidated('hour')} GROUP BY at
       UNION ALL
       SELECT toStartOfHour(bucket) AS at, ${zeros('traced', ...COUNTED)}, sum(usage_15m.calls) AS rolled_calls,
         sum(usage_15m.credits) AS rolled_credits, sum(usage_15m.rejected) AS rolled_rejected, ${zeros(...BROKEN)}
       FROM usage_15m FINAL WHERE ${within('bucket')} AND ${notInvalidated('toStartOfHour(bucket)')} GROUP BY at
       UNION ALL
       SELECT toStartOfHour(bucket) AS at, ${zeros('traced', ...COUNTED, ...ROLLED)}, sum(usage_15m_by.calls) AS by_calls,
         sum(usage_15m_by.credits) AS by_credits, sum(usage_15m_by.rejected) AS by_rejected
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

function differencesOf(row: Static<typeof HourRow>, isTraced: boolean): Difference[] {
  const where = `hour ${formatInstant(row.hour)}`;
  const compared = {
    events: row,
    rolledUp: { calls: row.rolled_calls, credits: row.rolled_credits, rejected: row.rolled_rejected },
    brokenDown: { calls: row.by_calls, credits: row.by_credits, rejected: row.by_rejected },
  };
  return [
    ...(isTraced ? missingEvents(where, row.traced, row.calls) : []),
    ...(row.sealed ? usageDifferences(where, compared) : []),
  ];
}
