import { invalidParameter } from '../problems/problem.ts';

const MARK = 'daily-charges';

/** A place in the feed: the offset of the topic `daily-charges` from which it goes on. Opaque to the client. */
export function encodeCursor(offset: number): string {
  return Buffer.from(`${MARK} ${offset}`).toString('base64url');
}

/** Throws the Problem `invalid-request` for anything that no page has answered. */
export function decodeCursor(cursor: string): number {
  const [, digits = ''] = Buffer.from(cursor, 'base64url').toString('utf8').split(' ');
  const offset = Number(digits);
  if (!/^\d{1,15}$/.test(digits) || encodeCursor(offset) !== cursor) {
    throw invalidParameter('cursor', 'must be the next_cursor of a page of this feed, unchanged');
  }
  return offset;
}
