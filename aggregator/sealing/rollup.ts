import { REJECTED_STATUS } from '../../schemas/event-rules.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { recordConflicts } from './conflicts.ts';
import { scopeCondition, type SealScope } from './scope.ts';
import { ROLLUP_DIMENSIONS, zeroReplacedRows } from './replaced-rows.ts';

/**
 * ClickHouse aborts the statement after this time; the client waits longer (main.ts). Such a statement sends nothing
 * until it is done and continues after its client has given up, so the next tick would start a second one beside it.
 */
export const SEAL_WITHIN_S = 240;

/**
 * Counts hours from the distinct events and writes them into both rollups. Idempotent, in any order and with any
 * number of sealers: rows counted from more events replace rows counted from fewer (schemas/clickhouse/0003).
 * @param hours starts of the hours, epoch milliseconds; one chunk (chunks.ts)
 */
export async function writeRollup(
  client: ClickHouseClient,
  hours: readonly number[],
  scope: SealScope,
): Promise<void> {
  if (hours.length === 0) return;
  // Compare the hour with the sorting key's own expression, or ClickHouse prunes nothing. FINAL applies before WHERE.
  const events = `FROM call_events FINAL
    WHERE toStartOfHour(occurred_at) IN {hours:Array(UInt32)}
    ${scopeCondition(scope, 'toStartOfHour(occurred_at)')}`;
  const sums = `count() AS calls, sum(credits) AS credits, countIf(status = ${REJECTED_STATUS}) AS rejected`;
  const bucket = 'toStartOfFifteenMinutes(occurred_at) AS bucket';
  // The version covers the whole bucket, all products and dimensions, and exactly the rows counted here: one statement
  // reads one snapshot.
  const version = 'sum(sum(toUInt128(version))) OVER (PARTITION BY org_id, bucket) AS seen';
  const statements = [
    `INSERT INTO usage_15m (org_id, product, bucket, calls, credits, rejected, seen)
     SELECT org_id, product, ${bucket}, ${sums}, ${version} ${events} GROUP BY org_id, product, bucket`,
    `INSERT INTO usage_15m_by (org_id, product, bucket, ${ROLLUP_DIMENSIONS}, calls, credits, rejected, seen)
     SELECT org_id, product, ${bucket}, ${ROLLUP_DIMENSIONS}, ${sums}, ${version} ${events}
     GROUP BY org_id, product, bucket, ${ROLLUP_DIMENSIONS}`,
  ];
  for (const query of statements) {
    await client.command({
      query,
      query_params: { hours: hours.map((hour) => hour / 1000) },
      clickhouse_settings: {
        // The default limit is 100 partitions an insert: do not fail in the unlikely case of more late months.
        max_partitions_per_insert_block: '0',
        do_not_merge_across_partitions_select_final: 1,
        max_execution_time: SEAL_WITHIN_S,
      },
    });
  }
  await zeroReplacedRows(client, hours);
  await recordConflicts(client, hours, scope);
}
