import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { SealedHours } from './rollup-plan.ts';

const SealedRow = Type.Object({
  /** `sealed`, and how far the narrow breakdowns are complete; empty before the first seal. */
  progress: Type.Array(Type.Tuple([Type.Number(), Type.Number()])),
  invalidated_hours: Type.Array(Type.Number()),
});

/**
 * How far hours are sealed, and which hours of an organisation are invalidated. Read this before the rollup: an hour
 * that is sealed or re-sealed in between is then read from the raw events, which is right too.
 *
 * All hours, whatever interval is read: conditions on the hour double the time of the subquery, and an organisation has
 * at most some hundred of these hours for some minutes.
 */
export async function readSealedHours(client: ClickHouseClient, orgId: string): Promise<SealedHours> {
  const [row] = await select(
    client,
    SealedRow,
    `SELECT
       (SELECT groupArray((toUnixTimestamp64Milli(until), toUnixTimestamp64Milli(breakdowns_until)))
         FROM aggregator_progress FINAL WHERE name = 'sealed') AS progress,
       (SELECT groupUniqArray(toUnixTimestamp(hour) * 1000) FROM dirty_marks FINAL
         WHERE org_id = {org:String} AND cleared = 0) AS invalidated_hours`,
    { org: orgId },
  );
  const [until, breakdownsUntil] = row?.progress[0] ?? [0, 0];
  return { until, breakdownsUntil, invalidatedHours: row?.invalidated_hours ?? [] };
}
