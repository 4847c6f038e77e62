import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instant, second } from '../../platform/clickhouse/sql-time.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { floorTo } from '../../domain/instants.ts';
import { threadsFor } from './batch-threads.ts';
import type { DayUsage } from '../../domain/closing/next-revision.ts';

const DayUsageRow = Type.Object({
  org_id: Type.String(),
  product: Type.String(),
  calls: Type.Integer(),
  credits: Type.Integer(),
});

/** Organisations in one statement: they are query parameters, which travel in the request's URL. */
const ORGS_PER_QUERY = 500;

const SEALED = `SELECT org_id, product, calls, credits FROM usage_15m FINAL
  WHERE org_id IN {orgs:Array(String)} AND bucket >= ${second('from')} AND bucket < ${second('rollup_to')}`;
const UNSEALED = `SELECT org_id, product, count() AS calls, sum(credits) AS credits FROM call_events FINAL
  WHERE toStartOfHour(occurred_at) >= ${second('raw_from')} AND toStartOfHour(occurred_at) < ${second('to')}
    AND org_id IN {orgs:Array(String)}
    AND occurred_at >= ${instant('from_ms')} AND occurred_at < ${instant('to_ms')}
  GROUP BY org_id, product`;

/**
 * The usage of organisations in [from, to), by product: sealed hours from the rollup, later ones from the events. A part
 * that can hold nothing is not read.
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
  const parts = [
    ...(window.from < sealedUntil ? [SEALED] : []),
    ...(sealedUntil < window.to ? [UNSEALED] : []),
  ];
  const usage: DayUsage[] = [];
  for (let start = 0; start < orgIds.length; start += ORGS_PER_QUERY) {
    const rows = await select(
      client,
      DayUsageRow,
      `SELECT org_id, product, sum(part.calls) AS calls, sum(part.credits) AS credits
       FROM (${parts.join(' UNION ALL ')}) AS part
       GROUP BY org_id, product ${threadsFor(orgIds)}`,
      {
        orgs: orgIds.slice(start, start + ORGS_PER_QUERY),
        from: window.from / 1000,
        to: window.to / 1000,
        rollup_to: Math.min(window.to, sealedUntil) / 1000,
        raw_from: Math.max(floorTo(window.from, HOUR_MS), sealedUntil) / 1000,
        from_ms: window.from,
        to_ms: window.to,
      },
    );
    for (const { org_id, product, calls, credits } of rows) {
      usage.push({ orgId: org_id, product, calls, credits });
    }
  }
  return usage;
}
