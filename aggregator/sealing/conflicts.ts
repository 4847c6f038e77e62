import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { toSeconds } from '../../platform/clickhouse/sql-time.ts';
import { scopeCondition, type SealScope } from './scope.ts';

/**
 * Records the event ids of these hours under which more than one payload has landed (schemas/clickhouse/0006). Part of
 * every seal, so no conflict is missed: an event either lands before the first seal of its hour or invalidates the
 * hour. Idempotent.
 *
 * The few ids with different payloads are found first, by their hash alone: a seventh of the CPU of grouping every row
 * by organisation and hour as well (0.3 instead of 1.8 CPU-s per million events).
 *
 * Not of hours that an erasing command holds: their traces are being replaced, and the command records their conflicts.
 * @param hours starts of the hours, epoch milliseconds
 * @param andHeld also of hours that are held
 */
export async function recordConflicts(
  client: ClickHouseClient,
  hours: readonly number[],
  scope: SealScope,
  andHeld = false,
): Promise<void> {
  const notHeld = `AND (hour, org_id) NOT IN (
    SELECT hour, org_id FROM dirty_marks FINAL WHERE held_by != '' AND cleared = 0 AND hour IN {hours:Array(UInt32)})`;
  const traces = `FROM event_payloads
    WHERE hour IN {hours:Array(UInt32)} ${scopeCondition(scope, 'hour')} ${andHeld ? '' : notHeld}`;
  await client.command({
    query: `INSERT INTO payload_conflicts (hour, org_id, event, payloads)
      SELECT hour, org_id, event, uniqExact(payload) AS payloads ${traces}
        AND event IN (SELECT event ${traces} GROUP BY event HAVING min(payload) < max(payload))
      GROUP BY hour, org_id, event
      HAVING payloads > 1`,
    query_params: { hours: hours.map(toSeconds) },
  });
}
