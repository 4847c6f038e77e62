import { Type } from 'typebox';
import type { SettingsState } from '../../domain/settings/state.ts';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instant, second } from '../../platform/clickhouse/sql-time.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';

const HourRow = Type.Object({ hour: Type.Integer() });
const ResealedRow = Type.Object({ hour: Type.Integer(), at: Type.Integer() });
const OldestRow = Type.Object({ hour: Type.Integer(), found: Type.Integer() });
const OrgRow = Type.Object({ org_id: Type.String() });

const within = (hour: string): string => `${hour} >= ${second('from')} AND ${hour} < ${second('to')}`;

/** Hours of [from, to) with usage or events, ascending. Epoch milliseconds. */
export async function readHours(
  client: ClickHouseClient,
  from: number,
  to: number,
  limit: number,
): Promise<number[]> {
  if (to <= from) return [];
  const rows = await select(
    client,
    HourRow,
    `SELECT DISTINCT toUnixTimestamp(at) * 1000 AS hour FROM (
       SELECT DISTINCT toStartOfHour(bucket) AS at FROM usage_15m WHERE ${within('bucket')}
       UNION ALL
       SELECT DISTINCT toStartOfHour(occurred_at) AS at FROM call_events WHERE ${within('toStartOfHour(occurred_at)')}
     ) ORDER BY hour LIMIT {limit:UInt32}`,
    { from: Math.ceil(Math.max(0, from) / HOUR_MS) * (HOUR_MS / 1000), to: to / 1000, limit },
  );
  return rows.map(({ hour }) => hour);
}

/** The first hour with an event or usage, epoch milliseconds; undefined without any. */
export async function readOldestHour(client: ClickHouseClient): Promise<number | undefined> {
  const [row] = await select(
    client,
    OldestRow,
    `SELECT min(first) * 1000 AS hour, sum(each) AS found FROM (
       SELECT toUnixTimestamp(toStartOfHour(min(occurred_at))) AS first, count() > 0 AS each FROM call_events HAVING each
       UNION ALL SELECT toUnixTimestamp(toStartOfHour(min(bucket))) AS first, count() > 0 AS each FROM usage_15m HAVING each)`,
  );
  return row && row.found > 0 ? row.hour : undefined;
}

/**
 * Hours that were sealed again after an instant: their invalidations stay for a day after they are cleared.
 * @returns with the instant up to which they were read
 */
export async function readResealedHours(
  client: ClickHouseClient,
  since: number,
  limit: number,
): Promise<{ readonly hours: number[]; readonly until: number }> {
  const rows = await select(
    client,
    ResealedRow,
    `SELECT toUnixTimestamp(dirty_marks.hour) * 1000 AS hour, toUnixTimestamp64Milli(max(marked_at)) AS at FROM dirty_marks FINAL
     WHERE cleared > 0 AND marked_at > ${instant('since')} GROUP BY hour ORDER BY at LIMIT {limit:UInt32}`,
    { since, limit },
  );
  return { hours: rows.map(({ hour }) => hour), until: Math.max(since, ...rows.map(({ at }) => at)) };
}

/** Every organisation with settings, usage or charges, ascending. */
export async function readOrgs(client: ClickHouseClient, settings: SettingsState): Promise<string[]> {
  const rows = await select(
    client,
    OrgRow,
    'SELECT DISTINCT org_id FROM usage_15m UNION DISTINCT SELECT DISTINCT org_id FROM daily_charges',
  );
  return [...new Set([...settings.orgIds, ...rows.map(({ org_id }) => org_id)])].toSorted((one, other) =>
    one < other ? -1 : 1,
  );
}
