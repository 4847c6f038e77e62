import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';

/** Dimensions of usage_15m_by beyond (org, product, bucket). */
export const ROLLUP_DIMENSIONS = 'user_id, app_id, method, endpoint, module, status, rule, rejection_cause';

const ROLLUPS = [
  ['usage_15m', 'org_id, product, bucket'],
  ['usage_15m_by', `org_id, product, bucket, ${ROLLUP_DIMENSIONS}`],
] as const;

/**
 * The last step of a seal: where an earlier payload took an event away from a user, an endpoint, a product, the row
 * under the old key was counted from fewer events than its neighbours. It is replaced by one with 0 calls.
 *
 * Every sealer does so after its own rows are written, so the last of them sees everyone's, whatever their order.
 * Only pairs that were ever marked are looked at: an event that lands before its hour's first seal is in that seal.
 * A sealer that read before such a payload landed, wrote after another one had finished, and died before this step
 * leaves a row that recompute finds.
 */
export async function zeroReplacedRows(client: ClickHouseClient, hours: readonly number[]): Promise<void> {
  for (const [table, key] of ROLLUPS) {
    await client.command({
      query: `INSERT INTO ${table} (${key}, calls, credits, rejected, seen)
        SELECT ${key}, 0, 0, 0, newest FROM (
          SELECT ${key}, calls, seen, max(seen) OVER (PARTITION BY org_id, bucket) AS newest
          FROM ${table} FINAL
          WHERE org_id IN (SELECT org_id FROM dirty_marks WHERE hour IN {hours:Array(UInt32)})
            AND toStartOfHour(bucket) IN {hours:Array(UInt32)}
            AND (org_id, toStartOfHour(bucket)) IN (
              SELECT org_id, hour FROM dirty_marks WHERE hour IN {hours:Array(UInt32)})
        ) AS counted
        WHERE seen < newest AND calls > 0`,
      query_params: { hours: hours.map((hour) => hour / 1000) },
      clickhouse_settings: { max_partitions_per_insert_block: '0' },
    });
  }
}
