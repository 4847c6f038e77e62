import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instant } from '../../platform/clickhouse/sql-time.ts';
import { conditionsOf, type Filters } from '../../store/usage/filters.ts';
import { NEWEST_FIRST, standsAfter, type Position } from '../../store/usage/log-order.ts';
import { readUsage } from '../../store/usage/read.ts';
import { CALL_COLUMNS, CallRow } from './row.ts';
import { BUCKET_MS, HOUR_MS } from '../../schemas/time-units.ts';
import { floorTo } from '../../domain/instants.ts';

export interface CallsRequest {
  readonly orgId: string;
  readonly from: number;
  readonly to: number;
  readonly filters: Filters;
  /** Only calls after this one in the log, which runs from the newest to the oldest. */
  readonly before: Position | undefined;
  readonly limit: number;
}

/** The log is read backwards in growing spans: most pages are found in the first one. */
const FIRST_SPAN_MS = 6 * HOUR_MS;
const SPAN_GROWTH = 8;

/**
 * The newest calls of a range, by (occurred_at, event_id) descending, at most `limit`.
 * The usage by quarter hours (from the rollup, exact at every moment) shows where they are, so that only the hours
 * that the page needs are read from the events, however long and empty the range is.
 */
export async function readCalls(client: ClickHouseClient, request: CallsRequest): Promise<CallRow[]> {
  const { orgId, filters, before, limit } = request;
  const from = Math.max(0, request.from);
  const end = before === undefined ? request.to : Math.min(request.to, before.occurredAt + 1);
  const calls: CallRow[] = [];
  let spanMs = FIRST_SPAN_MS;
  for (let to = end; to > from && calls.length < limit; spanMs *= SPAN_GROWTH) {
    const start = Math.max(from, to - spanMs);
    const quarters = await readUsage(client, { orgId, from: start, to, filters, groupBy: ['15m'] });
    let unread = quarters.map((row) => ({ start: row['15m'] ?? 0, calls: row.calls }));
    let spanTo = to;
    while (unread.length > 0 && calls.length < limit) {
      const newest = newestQuarters(unread, limit - calls.length);
      const oldest = newest[0]?.start ?? start;
      const part = { from: Math.max(start, oldest), to: spanTo, quarters: newest.map((each) => each.start) };
      calls.push(...(await readPart(client, request, part, limit - calls.length)));
      unread = unread.slice(0, unread.length - newest.length);
      spanTo = oldest;
    }
    to = start;
  }
  return calls;
}

interface Quarter {
  readonly start: number;
  readonly calls: number;
}

/** The newest quarters that together hold the wanted calls, ascending; at least one. */
function newestQuarters(quarters: readonly Quarter[], wanted: number): readonly Quarter[] {
  let found = 0;
  const first = quarters.findLastIndex(({ calls }) => (found += calls) >= wanted);
  return quarters.slice(Math.max(0, first));
}

interface Part {
  readonly from: number;
  readonly to: number;
  readonly quarters: readonly number[];
}

function readPart(
  client: ClickHouseClient,
  { orgId, filters, before }: CallsRequest,
  { from, to, quarters }: Part,
  limit: number,
): Promise<CallRow[]> {
  const hours = new Set(quarters.map((start) => floorTo(start, HOUR_MS)));
  const conditions = conditionsOf(filters);
  const after = standsAfter(before);
  return select(
    client,
    CallRow,
    // The key's own expression prunes parts; the conditions on other columns apply after FINAL has replaced.
    `SELECT ${CALL_COLUMNS}
     FROM call_events FINAL
     WHERE toStartOfHour(call_events.occurred_at) IN {hours:Array(UInt32)}
       AND org_id = {org:String}
       AND call_events.occurred_at >= ${instant('from')}
       AND call_events.occurred_at < ${instant('to')}
       ${conditions.sql} ${after.sql}
     ${NEWEST_FIRST}
     LIMIT {limit:UInt32}`,
    {
      org: orgId,
      from,
      to: Math.min(to, (quarters.at(-1) ?? to) + BUCKET_MS),
      hours: [...hours].map((hour) => hour / 1000),
      limit,
      ...conditions.params,
      ...after.params,
    },
  );
}
