import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { type Sealed } from './rollup-plan.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';

const SealedRow = Type.Object({ until: Type.Number(), dirty_hours: Type.Array(Type.Number()) });

/**
 * What is sealed for one org, and which of its hours in [from, to) are dirty.
 * One statement, read before the rollup: an hour sealed or cleaned after it is merely read raw.
 */
export async function readSealed(
  client: ClickHouseClient,
  orgId: string,
  from: number,
  to: number,
): Promise<Sealed> {
  const [row] = await select(
    client,
    SealedRow,
    `SELECT
       (SELECT toUnixTimestamp64Milli(max(until)) FROM aggregator_progress WHERE name = 'sealed') AS until,
       (SELECT groupUniqArray(toUnixTimestamp(hour) * 1000) FROM dirty_marks FINAL
         WHERE org_id = {org:String} AND cleared = 0
           AND hour >= fromUnixTimestamp({from:UInt32}) AND hour < fromUnixTimestamp({to:UInt32})
       ) AS dirty_hours`,
    {
      org: orgId,
      from: Math.max(0, Math.floor((from - HOUR_MS) / 1000)),
      to: Math.ceil(to / 1000),
    },
  );
  return { until: row?.until ?? 0, invalidatedHours: row?.dirty_hours ?? [] };
}
