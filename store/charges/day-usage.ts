import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { floorTo } from '../../domain/instants.ts';
import type { DayUsage } from '../../domain/closing/next-revision.ts';

const DayUsageRow = Type.Object({
  org_id: Type.String(),
  product: Type.String(),
  calls: Type.Integer(),
  credits: Type.Integer(),
});

/** Organisations in one statement: they are query parameters, which travel in the request's URL. */
const ORGS_PER_QUERY = 500;

/**
 * The usage of organisations in [from, to), by product: sealed hours from the rollup, later ones from the events.
 * Ignores invalidations: late events that are not re-sealed yet are missing here. Their invalidation closes the day
 * again after the re-seal, as invalidations are cleared only after closing.
 * @param window epoch milliseconds, half-open, on quarter hours
 * @param sealedUntil progress `sealed`, epoch milliseconds, read beforehand
 */
export async function readDayUsage(
  client: ClickHouseClient,
  window: { readonly from: number; readonly to: number },
  sealedUntil: number,
  orgIds: readonly string[],
): Promise<DayUsage[]> {
  const usage: DayUsage[] = [];
  for (let start = 0; start < orgIds.length; start += ORGS_PER_QUERY) {
    const rows = await select(
      client,
      DayUsageRow,
      `SELECT org_id, product, sum(part.calls) AS calls, sum(part.credits) AS credits FROM (
         SELECT org_id, product, calls, credits FROM usage_15m FINAL
         WHERE org_id IN {orgs:Array(String)}
           AND bucket >= toDateTime({from:UInt32}, 'UTC')
           AND bucket < toDateTime(least({to:UInt32}, {sealed:UInt32}), 'UTC')
         UNION ALL
         SELECT org_id, product, count() AS calls, sum(credits) AS credits FROM call_events FINAL
         WHERE toStartOfHour(occurred_at) >= toDateTime(greatest({from_hour:UInt32}, {sealed:UInt32}), 'UTC')
           AND toStartOfHour(occurred_at) < toDateTime({to:UInt32}, 'UTC')
           AND org_id IN {orgs:Array(String)}
           AND occurred_at >= toDateTime({from:UInt32}, 'UTC') AND occurred_at < toDateTime({to:UInt32}, 'UTC')
         GROUP BY org_id, product
       ) AS part
       GROUP BY org_id, product`,
      {
        orgs: orgIds.slice(start, start + ORGS_PER_QUERY),
        from: window.from / 1000,
        from_hour: floorTo(window.from, HOUR_MS) / 1000,
        to: window.to / 1000,
        sealed: sealedUntil / 1000,
      },
    );
    for (const { org_id, product, calls, credits } of rows) {
      usage.push({ orgId: org_id, product, calls, credits });
    }
  }
  return usage;
}
