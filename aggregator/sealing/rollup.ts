import { REJECTED_STATUS } from '../../schemas/event-rules.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { recordConflicts } from './conflicts.ts';
import { ROLLUP_DIMENSIONS, zeroReplacedRows } from './replaced-rows.ts';

/** Only the pairs that are marked when the statement runs: at least those whose ids were read before. */
const INVALIDATED_ONLY = `AND (org_id, toStartOfHour(occurred_at)) IN (
  SELECT org_id, hour FROM dirty_marks FINAL
  WHERE cleared = 0 AND hour IN {hours:Array(UInt32)})`;

/**
 * After that a statement ends by itself; the client waits longer (main.ts). It says nothing until it is done, and goes
 * on when its client has given up: the next tick's would run beside it, and the one after that.
 */
export const SEAL_WITHIN_S = 240;

/**
 * Counts hours from the distinct events and writes them into both rollups. Repeating it, in any order and by
 * any number of sealers, changes nothing: rows counted from more events replace those counted from fewer
 * (schemas/clickhouse/0003).
 * @param hours starts of the hours, epoch milliseconds; as many as one statement may count (portions.ts).
 * @param only every org's events, or only those of marked (org, hour) pairs.
 */
export async function writeRollup(
  client: ClickHouseClient,
  hours: readonly number[],
  only: 'all' | 'marked',
): Promise<void> {
  if (hours.length === 0) return;
  // The hour must be compared in the key's own expression, or nothing is pruned; FINAL comes before WHERE.
  const events = `FROM call_events FINAL
    WHERE toStartOfHour(occurred_at) IN {hours:Array(UInt32)}
    ${only === 'marked' ? INVALIDATED_ONLY : ''}`;
  const sums = `count() AS calls, sum(credits) AS credits, countIf(status = ${REJECTED_STATUS}) AS rejected`;
  const bucket = 'toStartOfFifteenMinutes(occurred_at) AS bucket';
  // Of the whole bucket, all products and dimensions, and of the very rows that were counted: one statement, one snapshot.
  const seen = 'sum(sum(toUInt128(version))) OVER (PARTITION BY org_id, bucket) AS seen';
  const statements = [
    `INSERT INTO usage_15m (org_id, product, bucket, calls, credits, rejected, seen)
     SELECT org_id, product, ${bucket}, ${sums}, ${seen} ${events} GROUP BY org_id, product, bucket`,
    `INSERT INTO usage_15m_by (org_id, product, bucket, ${ROLLUP_DIMENSIONS}, calls, credits, rejected, seen)
     SELECT org_id, product, ${bucket}, ${ROLLUP_DIMENSIONS}, ${sums}, ${seen} ${events}
     GROUP BY org_id, product, bucket, ${ROLLUP_DIMENSIONS}`,
  ];
  for (const query of statements) {
    await client.command({
      query,
      query_params: { hours: hours.map((hour) => hour / 1000) },
      clickhouse_settings: {
        // Late hours may lie in more than 100 months' partitions only in theory, but never fail for it.
        max_partitions_per_insert_block: '0',
        do_not_merge_across_partitions_select_final: 1,
        max_execution_time: SEAL_WITHIN_S,
      },
    });
  }
  await zeroReplacedRows(client, hours);
  await recordConflicts(client, hours, only);
}
