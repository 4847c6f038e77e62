import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instant, second, toSeconds } from '../../platform/clickhouse/sql-time.ts';
import { floorTo } from '../../domain/instants.ts';
import { WINDOW_MS } from '../../domain/usage/returning.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { subscriptionKey } from './landed-credits.ts';

const BoundRow = Type.Object({ org_id: Type.String(), product: Type.String(), credits: Type.Integer() });

/**
 * At most so many credits has each subscription used in the 24 hours before `asOf` or later, by subscription. Without
 * FINAL, so a repeated event counts again; of two payloads both do. One statement for all organisations.
 */
export async function readUsageBounds(
  client: ClickHouseClient,
  asOf: number,
): Promise<ReadonlyMap<string, number>> {
  const from = Math.max(0, asOf - WINDOW_MS);
  const rows = await select(
    client,
    BoundRow,
    `SELECT org_id, product, sum(call_events.credits) AS credits FROM call_events
     WHERE toStartOfHour(occurred_at) >= ${second('from_hour')} AND occurred_at >= ${instant('from')}
     GROUP BY org_id, product`,
    { from, from_hour: toSeconds(floorTo(from, HOUR_MS)) },
  );
  return new Map(rows.map(({ org_id, product, credits }) => [subscriptionKey(org_id, product), credits]));
}
