import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { second } from '../../platform/clickhouse/sql-time.ts';
import type { SealedHours } from './rollup-plan.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';

const SealedRow = Type.Object({ until: Type.Number(), invalidated_hours: Type.Array(Type.Number()) });

/**
 * How far hours are sealed, and which hours of an organisation that overlap [from, to) are invalidated. Read this before
 * the rollup: an hour that is sealed or re-sealed in between is then read from the raw events, which is right too.
 */
export async function readSealedHours(
  client: ClickHouseClient,
  orgId: string,
  from: number,
  to: number,
): Promise<SealedHours> {
  const [row] = await select(
    client,
    SealedRow,
    `SELECT
       (SELECT toUnixTimestamp64Milli(max(until)) FROM aggregator_progress WHERE name = 'sealed') AS until,
       (SELECT groupUniqArray(toUnixTimestamp(hour) * 1000) FROM dirty_marks FINAL
         WHERE org_id = {org:String} AND cleared = 0
           AND hour >= ${second('from')} AND hour < ${second('to')}
       ) AS invalidated_hours`,
    {
      org: orgId,
      from: Math.max(0, Math.floor((from - HOUR_MS) / 1000)),
      to: Math.ceil(to / 1000),
    },
  );
  return { until: row?.until ?? 0, invalidatedHours: row?.invalidated_hours ?? [] };
}
