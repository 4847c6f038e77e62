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

/** Orgs whose usage one statement is asked for; they travel in the request's address. */
const ORGS_AT_ONCE = 500;

/**
 * What orgs used in [from, to), by product: sealed hours from the rollup, later ones from the events.
 * Marks are not regarded: events that are marked and not yet re-sealed are missing here, and the marks bring the
 * day back once they are (closing comes between the re-seal and the clearing of its marks).
 * @param sealedUntil progress `sealed`, read before
 * @param orgIds only these; every org where it is not given
 */
export async function readDayUsage(
  client: ClickHouseClient,
  window: { readonly from: number; readonly to: number },
  sealedUntil: number,
  orgIds: readonly string[],
): Promise<DayUsage[]> {
  const usage: DayUsage[] = [];
  for (let start = 0; start < orgIds.length; start += ORGS_AT_ONCE) {
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
        orgs: orgIds.slice(start, start + ORGS_AT_ONCE),
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
