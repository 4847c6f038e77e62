import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { second } from '../../platform/clickhouse/sql-time.ts';
import { NEWEST_FIRST, standsAfter, type Position } from '../usage/log-order.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { floorTo, ceilTo } from '../../domain/instants.ts';

const HourRow = Type.Object({ hour: Type.Integer(), conflicts: Type.Integer({ minimum: 1 }) });
/** The start of an hour, and the number of event ids with several payloads in it. */
export type ConflictHour = Static<typeof HourRow>;

const ConflictRow = Type.Object({
  event_id: Type.String(),
  occurred_at: Type.Integer(),
  payloads: Type.Integer({ minimum: 2 }),
  user_id: Type.String(),
  endpoint: Type.String(),
  credits: Type.Integer(),
});
/** An event id with several payloads, and fields of the payload that counts: the first one in the log. */
export type Conflict = Static<typeof ConflictRow>;

export interface ConflictHoursRequest {
  readonly orgId: string;
  /** Hours that overlap [from, to), epoch milliseconds. */
  readonly from: number;
  readonly to: number;
}

/**
 * The number of event ids with more than one payload in each sealed hour, the latest hour first.
 * schemas/clickhouse/0006 lists the conflicts that are not recorded.
 */
export function readConflictHours(
  client: ClickHouseClient,
  { orgId, from, to }: ConflictHoursRequest,
): Promise<ConflictHour[]> {
  return select(
    client,
    HourRow,
    `SELECT toUnixTimestamp(payload_conflicts.hour) * 1000 AS hour, count() AS conflicts
     FROM payload_conflicts FINAL
     WHERE payload_conflicts.hour >= ${second('from')}
       AND payload_conflicts.hour < ${second('to')}
       AND payload_conflicts.org_id = {org:String}
     GROUP BY payload_conflicts.hour ORDER BY payload_conflicts.hour DESC`,
    {
      org: orgId,
      from: Math.max(0, floorTo(from, HOUR_MS)) / 1000,
      to: Math.max(0, ceilTo(to, HOUR_MS)) / 1000,
    },
  );
}

export interface ConflictsPageRequest {
  readonly orgId: string;
  /** The result of readConflictHours. */
  readonly hours: readonly ConflictHour[];
  /** Only conflicts after this position; from the start where undefined. */
  readonly before: Position | undefined;
  readonly limit: number;
}

/**
 * The conflicts of these hours by (occurred_at, event_id) descending, at most `limit`. Leaves out conflicts whose raw
 * events retention has dropped: these are only counted. Reads no more hours of events than the page needs.
 */
export async function readConflicts(
  client: ClickHouseClient,
  request: ConflictsPageRequest,
): Promise<Conflict[]> {
  const { hours, before, limit } = request;
  let unread = before === undefined ? hours : hours.filter(({ hour }) => hour <= before.occurredAt);
  const found: Conflict[] = [];
  while (unread.length > 0 && found.length < limit) {
    const wanted = limit - found.length;
    let available = 0;
    const enough = unread.findIndex(({ conflicts }) => (available += conflicts) >= wanted);
    const next = enough === -1 ? unread : unread.slice(0, enough + 1);
    found.push(...(await readHours(client, { ...request, hours: next, limit: wanted })));
    unread = unread.slice(next.length);
  }
  return found;
}

function readHours(
  client: ClickHouseClient,
  { orgId, hours, before, limit }: ConflictsPageRequest,
): Promise<Conflict[]> {
  const after = standsAfter(before);
  return select(
    client,
    ConflictRow,
    `SELECT toString(call_events.event_id) AS event_id,
       toUnixTimestamp64Milli(call_events.occurred_at) AS occurred_at, conflict.payloads AS payloads, user_id,
       endpoint, credits
     FROM call_events FINAL
     INNER JOIN (
       SELECT event, payloads FROM payload_conflicts FINAL
       WHERE payload_conflicts.hour IN {hours:Array(UInt32)} AND payload_conflicts.org_id = {org:String}
     ) AS conflict ON conflict.event = cityHash64(call_events.event_id)
     WHERE toStartOfHour(call_events.occurred_at) IN {hours:Array(UInt32)}
       AND call_events.org_id = {org:String} ${after.sql}
     ${NEWEST_FIRST}
     LIMIT {limit:UInt32}`,
    {
      org: orgId,
      hours: hours.map(({ hour }) => hour / 1000),
      limit,
      ...after.params,
    },
  );
}
