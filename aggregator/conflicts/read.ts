import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../deploy/clickhouse.ts';
import { ceilTo, floorTo, HOUR_MS } from '../usage/plan.ts';

const CountRow = Type.Object({ conflicts: Type.Integer({ minimum: 0 }) });

const ConflictRow = Type.Object({
  org_id: Type.String(),
  event_id: Type.String(),
  occurred_at: Type.Integer(),
  payloads: Type.Integer({ minimum: 2 }),
  user_id: Type.String(),
  endpoint: Type.String(),
  credits: Type.Integer(),
});
/** An id under which several payloads landed, and some of the one that counts: the first in the log. */
export type Conflict = Static<typeof ConflictRow>;

export interface ConflictsRequest {
  /** Hours that share an instant with [from, to), epoch milliseconds. */
  readonly from: number;
  readonly to: number;
  /** Every org's where it is not given. */
  readonly orgId?: string;
}

/** How many ids have more than one payload, in sealed hours; see schemas/clickhouse/0008 for what is not seen. */
export async function countConflicts(client: ClickHouseClient, request: ConflictsRequest): Promise<number> {
  const [row] = await select(
    client,
    CountRow,
    `SELECT count() AS conflicts FROM payload_conflicts FINAL WHERE ${conditionOn(request)}`,
    parametersOf(request),
  );
  return row?.conflicts ?? 0;
}

/** The latest of them, at most `limit`; those whose raw events retention has dropped are only counted. */
export async function readConflicts(
  client: ClickHouseClient,
  request: ConflictsRequest,
  limit: number,
): Promise<Conflict[]> {
  const found = `SELECT hour, org_id, event FROM payload_conflicts FINAL WHERE ${conditionOn(request)}
    ORDER BY payload_conflicts.hour DESC, payload_conflicts.org_id, event LIMIT {limit:UInt32}`;
  return select(
    client,
    ConflictRow,
    `SELECT call_events.org_id AS org_id, toString(call_events.event_id) AS event_id,
       toUnixTimestamp64Milli(call_events.occurred_at) AS occurred_at, conflict.payloads AS payloads, user_id,
       endpoint, credits
     FROM call_events FINAL
     INNER JOIN (SELECT org_id, event, payloads FROM payload_conflicts FINAL WHERE ${conditionOn(request)}) AS conflict
       ON conflict.org_id = call_events.org_id AND conflict.event = cityHash64(call_events.event_id)
     WHERE toStartOfHour(call_events.occurred_at) IN (SELECT hour FROM (${found}))
       AND (toStartOfHour(call_events.occurred_at), call_events.org_id, cityHash64(call_events.event_id)) IN (${found})
     ORDER BY call_events.occurred_at DESC, toString(call_events.event_id)`,
    { ...parametersOf(request), limit },
  );
}

const conditionOn = ({ orgId }: ConflictsRequest): string =>
  `payload_conflicts.hour >= toDateTime({from:UInt32}, 'UTC') AND payload_conflicts.hour < toDateTime({to:UInt32}, 'UTC')
    ${orgId === undefined ? '' : 'AND payload_conflicts.org_id = {org:String}'}`;

const parametersOf = ({ from, to, orgId }: ConflictsRequest): Record<string, unknown> => ({
  from: Math.max(0, floorTo(from, HOUR_MS)) / 1000,
  to: Math.max(0, ceilTo(to, HOUR_MS)) / 1000,
  ...(orgId === undefined ? {} : { org: orgId }),
});
