import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instant, toSeconds } from '../../platform/clickhouse/sql-time.ts';
import { floorTo } from '../../domain/instants.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { conditionsOf, type Filters } from './filters.ts';

/** `second`: its start, epoch milliseconds. */
const SecondRow = Type.Object({ second: Type.Integer(), credits: Type.Integer() });

/** The credits of each second of a part of one clock hour (UTC), from the raw events, in order. */
export function readSeconds(
  client: ClickHouseClient,
  {
    orgId,
    from,
    to,
    filters,
  }: { readonly orgId: string; readonly from: number; readonly to: number; readonly filters: Filters },
): Promise<Static<typeof SecondRow>[]> {
  const conditions = conditionsOf(filters);
  return select(
    client,
    SecondRow,
    `SELECT intDiv(toUnixTimestamp64Milli(occurred_at), 1000) * 1000 AS second, sum(credits) AS credits
     FROM call_events FINAL
     WHERE toStartOfHour(occurred_at) IN {hours:Array(UInt32)} AND org_id = {org:String}
       AND occurred_at >= ${instant('from')} AND occurred_at < ${instant('to')} ${conditions.sql}
     GROUP BY second ORDER BY second`,
    { org: orgId, from, to, hours: [toSeconds(floorTo(from, HOUR_MS))], ...conditions.params },
  );
}
