import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { Erasure } from '../../store/erasures/erasure.ts';
import { EVENTS_OF_PERSON, personParams } from './person.ts';
import { mutate, type Progress } from './statements.ts';

/** As in the view note_payloads (schemas/clickhouse/0006). */
const payload = (personal: string, source: string): string => `toUInt32(bitAnd(4294967295, cityHash64(
  product, ${personal}, app_id, method, endpoint, module, status, credits, rule, units, rejection_cause,
  ${source}, isNull(duration_ms), ifNull(duration_ms, 0))))`;
const IS_TRACED = `toStartOfHour(occurred_at) >= toStartOfDay(now()) - INTERVAL 37 DAY`;

/**
 * Replaces what event_payloads has of a person's events, before they are rewritten: a hash of the payload with the id,
 * which a redelivery with the pseudonym would contradict. Hours are held meanwhile, so no seal sees a conflict in it;
 * the conflicts that there are were recorded before. First the old hashes go: in between a missing hash says nothing.
 */
export async function replacePayloads(
  nodes: readonly ClickHouseClient[],
  erasure: Erasure,
  orgId: string,
  pseudonym: string,
  progress: Progress,
): Promise<void> {
  const params = { ...personParams(erasure, orgId), pseudonym };
  const ids = `SELECT event_id FROM call_events WHERE ${EVENTS_OF_PERSON} AND ${IS_TRACED}`;
  const query = `DELETE WHERE org_id = {org:String} AND event IN (
    SELECT cityHash64(event_id) FROM call_events WHERE ${EVENTS_OF_PERSON} AND ${IS_TRACED})`;
  await mutate(nodes, { table: 'event_payloads', query, params }, progress);
  for (const node of nodes) {
    progress('writing the hashes of payloads again');
    await node.command({
      query: `INSERT INTO event_payloads (hour, org_id, event, payload)
        SELECT toStartOfHour(occurred_at), org_id, cityHash64(event_id),
          if(${EVENTS_OF_PERSON}, ${payload('{pseudonym:String}', '{pseudonym:String}')}, ${payload('user_id', 'source_address')})
        FROM call_events WHERE org_id = {org:String} AND ${IS_TRACED} AND event_id IN (${ids})`,
      query_params: params,
      clickhouse_settings: { max_partitions_per_insert_block: '0' },
    });
  }
}
