import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';

/**
 * Records the ids of these hours under which more than one payload has landed (schemas/clickhouse/0006). A part of
 * every seal: an event lands before its hour's first seal, or marks the hour for another one. Repeating it changes
 * nothing.
 * @param only every org's ids, or only those of marked (org, hour) pairs
 */
export async function recordConflicts(
  client: ClickHouseClient,
  hours: readonly number[],
  only: 'all' | 'marked',
): Promise<void> {
  const marked = `AND (hour, org_id) IN (
    SELECT hour, org_id FROM dirty_marks FINAL WHERE cleared = 0 AND hour IN {hours:Array(UInt32)})`;
  await client.command({
    query: `INSERT INTO payload_conflicts (hour, org_id, event, payloads)
      SELECT hour, org_id, event, uniqExact(payload) AS payloads FROM event_payloads
      WHERE hour IN {hours:Array(UInt32)} ${only === 'marked' ? marked : ''}
      GROUP BY hour, org_id, event
      HAVING payloads > 1`,
    query_params: { hours: hours.map((hour) => hour / 1000) },
    // The table's own order: no hash table of every id.
    clickhouse_settings: { optimize_aggregation_in_order: 1 },
  });
}
