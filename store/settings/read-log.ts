import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';

const LoggedRow = Type.Object({
  offset: Type.Integer(),
  appended_at: Type.Integer(),
  change_id: Type.String(),
  org_id: Type.String(),
  kind: Type.String(),
  product: Type.String(),
  value: Type.String(),
  effective_at: Type.Integer(),
  recorded_by: Type.String(),
  reason: Type.String(),
});
export const ROWS_AT_ONCE = 10_000;

const COLUMNS = `toInt64(kafka_offset) AS offset, toUnixTimestamp64Milli(appended_at) AS appended_at, change_id,
  org_id, kind, product, value, toUnixTimestamp64Milli(effective_at) AS effective_at, recorded_by, reason`;

/** The next changes of the log from an offset on, at most ROWS_AT_ONCE. */
export function readLog(client: ClickHouseClient, from: number): Promise<LoggedChange[]> {
  return select(
    client,
    LoggedRow,
    `SELECT ${COLUMNS} FROM settings_log FINAL WHERE kafka_offset >= {from:UInt64}
     ORDER BY kafka_offset LIMIT ${ROWS_AT_ONCE}`,
    { from },
  );
}

/**
 * The changes that decide the outcomes of one organisation's changes below an offset: its own, and those of the
 * catalogues. Of several changes under one id, in whatever organisation, only the first one counts.
 */
export function readLogOf(client: ClickHouseClient, orgId: string, below: number): Promise<LoggedChange[]> {
  return select(
    client,
    LoggedRow,
    `SELECT ${COLUMNS} FROM settings_log FINAL
     WHERE org_id IN ({org:String}, '') AND kafka_offset < {below:UInt64} AND kafka_offset IN (
       SELECT min(kafka_offset) FROM settings_log WHERE change_id IN (
         SELECT change_id FROM settings_log WHERE org_id IN ({org:String}, ''))
       GROUP BY change_id)
     ORDER BY kafka_offset`,
    { org: orgId, below },
  );
}

const IdRow = Type.Object({ change_id: Type.String(), org_id: Type.String() });

/** Which of these ids changes below an offset have, each with the organisation of the first such change. */
export async function readApplied(
  client: ClickHouseClient,
  changeIds: readonly string[],
  below: number,
): Promise<ReadonlyMap<string, string>> {
  const applied = new Map<string, string>();
  for (let start = 0; start < changeIds.length; start += IDS_PER_QUERY) {
    const rows = await select(
      client,
      IdRow,
      `SELECT change_id, argMin(org_id, kafka_offset) AS org_id FROM settings_log
       WHERE change_id IN {ids:Array(String)} AND kafka_offset < {below:UInt64} GROUP BY change_id`,
      { ids: changeIds.slice(start, start + IDS_PER_QUERY), below },
    );
    for (const { change_id, org_id } of rows) applied.set(change_id, org_id);
  }
  return applied;
}

/** They are query parameters, which travel in the request's URL. */
const IDS_PER_QUERY = 500;

const DigestRow = Type.Object({ rows: Type.Integer(), digest: Type.String() });

/** How many changes the log has below an offset, and a digest of all their columns. */
export async function readLogDigest(
  client: ClickHouseClient,
  below: number,
): Promise<{ readonly rows: number; readonly digest: string }> {
  const [row] = await select(
    client,
    DigestRow,
    `SELECT count() AS rows, toString(groupBitXor(cityHash64(kafka_offset, appended_at, change_id, org_id, kind, product,
       value, effective_at, recorded_by, reason))) AS digest
     FROM settings_log FINAL WHERE kafka_offset < {below:UInt64}`,
    { below },
  );
  return row ?? { rows: 0, digest: '0' };
}
