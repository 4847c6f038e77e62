import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instant, second } from '../../platform/clickhouse/sql-time.ts';
import { eventIdMs, formatEventId } from '../../schemas/event-id.ts';
import { CALL_COLUMNS, OneCallRow } from './row.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { floorTo } from '../../domain/instants.ts';

/** The store holds hours as 32-bit seconds; an id holds 48 bits of milliseconds. */
const LAST_INSTANT = (2 ** 32 - 1) * 1000;

export interface OneCallRequest {
  readonly orgId: string;
  /** From parseEventId. It contains the call's time, so that only one hour is read. */
  readonly id: Buffer;
  /** The only user whose call may be returned; undefined for any. */
  readonly user: string | undefined;
}

/** The call of an id, of several payloads the one that counts; undefined if there is none. */
export async function readCall(
  client: ClickHouseClient,
  { orgId, id, user }: OneCallRequest,
): Promise<OneCallRow | undefined> {
  const occurredAt = eventIdMs(id);
  if (occurredAt > LAST_INSTANT) return undefined;
  const [call] = await select(
    client,
    OneCallRow,
    `SELECT ${CALL_COLUMNS}, toUnixTimestamp64Milli(call_events.appended_at) AS appended_at, kafka_partition,
       kafka_offset
     FROM call_events FINAL
     WHERE toStartOfHour(call_events.occurred_at) = ${second('hour')}
       AND org_id = {org:String}
       AND call_events.occurred_at = ${instant('occurred_at')}
       AND call_events.event_id = {event_id:UUID}
       ${user === undefined ? '' : 'AND user_id = {user:String}'}`,
    {
      org: orgId,
      hour: floorTo(occurredAt, HOUR_MS) / 1000,
      occurred_at: occurredAt,
      event_id: formatEventId(id),
      ...(user === undefined ? {} : { user }),
    },
  );
  return call;
}
