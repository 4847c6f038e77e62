import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { sealedHours, type SealedHours } from './rollup-plan.ts';

const SealedRow = Type.Object({
  /** `sealed`, and how far the narrow breakdowns and the totals are complete; empty before the first seal. */
  progress: Type.Array(Type.Tuple([Type.Number(), Type.Number(), Type.Number()])),
  /** By organisation: hours, each with the first quarter that has late events. */
  invalidated: Type.Array(
    Type.Tuple([Type.String(), Type.Array(Type.Tuple([Type.Number(), Type.Number()]))]),
  ),
});

/** Which hours of several organisations the rollup has. */
export interface SealedHoursOfMany {
  /** Of all of them: quarter hours before this instant are in the totals. */
  readonly totalsUntil: number;
  of(this: void, orgId: string): SealedHours;
}

/**
 * How far hours are sealed, and which hours of organisations are invalidated. Read this before the rollup: an hour that
 * is sealed or re-sealed in between is then read from the raw events, which is right too.
 *
 * All hours, whatever interval is read: conditions on the hour double the time of the subquery, and an organisation has
 * at most some hundred of these hours for some minutes.
 */
export async function readSealedHoursOf(
  client: ClickHouseClient,
  orgIds: readonly string[],
): Promise<SealedHoursOfMany> {
  const [row] = await select(
    client,
    SealedRow,
    `SELECT
       (SELECT groupArray((toUnixTimestamp64Milli(until), toUnixTimestamp64Milli(narrow_until), toUnixTimestamp64Milli(totals_until)))
         FROM aggregator_progress FINAL WHERE name = 'sealed') AS progress,
       (SELECT groupArray((toString(org_id), hours)) FROM (
         SELECT org_id, groupUniqArray((toUnixTimestamp(hour) * 1000, toUnixTimestamp(earliest) * 1000)) AS hours FROM dirty_marks FINAL
         WHERE org_id IN {orgs:Array(String)} AND cleared = 0 GROUP BY org_id)) AS invalidated`,
    { orgs: orgIds },
  );
  const [until, breakdownsUntil, totalsUntil] = row?.progress[0] ?? [0, 0, 0];
  const progress = { until, breakdownsUntil, totalsUntil };
  const invalidated = new Map(row?.invalidated);
  return {
    totalsUntil: sealedHours(progress, []).totalsUntil,
    of: (orgId) =>
      sealedHours(
        progress,
        (invalidated.get(orgId) ?? []).map(([hour, earliest]) => ({ hour, earliest })),
      ),
  };
}

/** The same of one organisation. */
export async function readSealedHours(client: ClickHouseClient, orgId: string): Promise<SealedHours> {
  return (await readSealedHoursOf(client, [orgId])).of(orgId);
}
