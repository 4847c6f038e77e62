import type { Conditions } from './filters.ts';

/** A position in a log of calls. */
export interface Position {
  /** Epoch milliseconds. */
  readonly occurredAt: number;
  readonly eventId: string;
}

/**
 * Logs of calls run from the newest to the oldest. Ids are sorted as text, because ClickHouse sorts UUIDs by their
 * second half.
 */
export const NEWEST_FIRST = 'ORDER BY call_events.occurred_at DESC, toString(call_events.event_id) DESC';

/** Selects the calls after a position in a log; all calls where it is undefined. */
export function standsAfter(position: Position | undefined): Conditions {
  if (position === undefined) return { sql: '', params: {} };
  const place = '(toUnixTimestamp64Milli(call_events.occurred_at), toString(call_events.event_id))';
  return {
    sql: `AND ${place} < ({after_at:Int64}, {after_id:String})`,
    params: { after_at: position.occurredAt, after_id: position.eventId },
  };
}
