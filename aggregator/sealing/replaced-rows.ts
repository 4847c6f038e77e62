import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { toSeconds } from '../../platform/clickhouse/sql-time.ts';

/** The dimensions of usage_15m_by beyond (org_id, product, bucket). */
export const ROLLUP_DIMENSIONS = 'user_id, app_id, method, endpoint, module, status, rule, rejection_cause';

const ROLLUPS = [
  ['usage_15m', 'org_id, product, bucket'],
  ['usage_15m_by', `org_id, product, bucket, ${ROLLUP_DIMENSIONS}`],
] as const;

/**
 * The last step of a seal: replaces outdated rows by rows with 0 calls. A row is outdated where an earlier payload
 * under an event's id moved the event to another user, endpoint or product. The row under the old key then has a lower
 * version than the other rows of its bucket.
 *
 * Every sealer does this after writing its own rows, so whichever finishes last covers the rows of all of them. Only
 * hours that were ever invalidated need it: an event that lands before the first seal of its hour is in that seal.
 * One case remains for recompute: a sealer that read before the earlier payload landed, wrote after another sealer had
 * finished, and crashed before this step.
 */
export async function zeroReplacedRows(client: ClickHouseClient, hours: readonly number[]): Promise<void> {
  for (const [table, key] of ROLLUPS) {
    // First the buckets alone: most have no such row, and versions compared row by row cost as much as the seal.
    const outdated = `SELECT org_id, bucket FROM ${table} FINAL
      WHERE org_id IN (SELECT org_id FROM dirty_marks WHERE hour IN {hours:Array(UInt32)})
        AND toStartOfHour(bucket) IN {hours:Array(UInt32)}
        AND (org_id, toStartOfHour(bucket)) IN (
          SELECT org_id, hour FROM dirty_marks WHERE hour IN {hours:Array(UInt32)})
      GROUP BY org_id, bucket
      HAVING minIf(seen, calls > 0) < max(seen)`;
    await client.command({
      query: `INSERT INTO ${table} (${key}, calls, credits, rejected, seen)
        SELECT ${key}, 0, 0, 0, newest FROM (
          SELECT ${key}, calls, seen, max(seen) OVER (PARTITION BY org_id, bucket) AS newest
          FROM ${table} FINAL
          WHERE toStartOfHour(bucket) IN {hours:Array(UInt32)} AND (org_id, bucket) IN (${outdated})
        ) AS counted
        WHERE seen < newest AND calls > 0`,
      query_params: { hours: hours.map(toSeconds) },
      clickhouse_settings: {
        max_partitions_per_insert_block: '0',
        do_not_merge_across_partitions_select_final: 1,
      },
    });
  }
}
