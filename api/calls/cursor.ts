import { Type } from 'typebox';
import { parseEventId } from '../../schemas/event-id.ts';
import type { Position } from '../../store/usage/log-order.ts';
import { fittingRows } from '../parameters/page-bytes.ts';
import { CursorInstant, cursorCodec, invalidCursor } from '../parameters/cursor.ts';

const EventId = Type.Refine(Type.String(), (id) => parseEventId(id) !== undefined);
/** The last call of a page: occurred_at and event_id. */
const { encode, decode } = cursorCodec(Type.Tuple([CursorInstant, EventId]));

export function encodePosition({ occurredAt, eventId }: Position): string {
  return encode([occurredAt, eventId]);
}

/**
 * Throws the Problem `invalid-request` for a cursor that no page of this range has returned.
 * @param to the range's end, exclusive, epoch milliseconds
 */
export function decodePosition(cursor: string, to: number): Position {
  const [occurredAt, eventId] = decode(cursor);
  if (occurredAt >= to) throw invalidCursor();
  return { occurredAt, eventId };
}

/** A page of a log, which ends sooner than at its limit where its rows are large. @param rows one more than the page holds, if there is a next page */
export function pageOfLog<Row extends { readonly occurred_at: number; readonly event_id: string }>(
  rows: readonly Row[],
  limit: number,
): { readonly page: readonly Row[]; readonly next_cursor: string | null } {
  const page = fittingRows(rows.slice(0, limit));
  const last = page.at(-1);
  if (last === undefined || rows.length <= page.length) return { page, next_cursor: null };
  return { page, next_cursor: encodePosition({ occurredAt: last.occurred_at, eventId: last.event_id }) };
}
