import type { Position } from '../../store/usage/log-order.ts';
import { parseEventId } from '../../schemas/event-id.ts';
import { invalidParameter } from '../problems/problem.ts';

/** Opaque to the client, stable while calls come in. */
export function encodeCursor({ occurredAt, eventId }: Position): string {
  return Buffer.from(`${occurredAt} ${eventId}`).toString('base64url');
}

/** Throws the Problem `invalid-request` for anything that no page has answered. */
export function decodeCursor(cursor: string): Position {
  const [time = '', eventId = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  const occurredAt = Number(time);
  const isOurs = /^\d{1,15}$/.test(time) && parseEventId(eventId) !== undefined;
  if (!isOurs || encodeCursor({ occurredAt, eventId }) !== cursor) {
    throw invalidParameter('cursor', 'must be the next_cursor of the page before, unchanged');
  }
  return { occurredAt, eventId };
}

/** A page of a log of which one more was read than the page holds: that one tells whether there is a next page. */
export function pageOfLog<Row extends { readonly occurred_at: number; readonly event_id: string }>(
  rows: readonly Row[],
  limit: number,
): { readonly page: readonly Row[]; readonly next_cursor: string | null } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  if (last === undefined || rows.length <= limit) return { page, next_cursor: null };
  return { page, next_cursor: encodeCursor({ occurredAt: last.occurred_at, eventId: last.event_id }) };
}
