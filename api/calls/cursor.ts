import { parseEventId } from '../../schemas/event-id.ts';
import { invalidParameter } from '../problems/problem.ts';

/** A place in the call log: the last call of the page before. Opaque to the client, stable while calls come in. */
export interface Position {
  readonly occurredAt: number;
  readonly eventId: string;
}

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
