import { Type } from 'typebox';
import type { UserPlace } from '../../store/usage/read-users.ts';
import { CursorInstant, cursorCodec, invalidCursor } from '../parameters/cursor.ts';
import { invalidParameter } from '../problems/problem.ts';

/** Where a page of users ended. */
export interface UsersPlace {
  /** The end of the first page's 24 hours, epoch milliseconds: all pages show the same window. */
  readonly to: number;
  readonly after: UserPlace;
}

const Credits = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
const { encode, decode } = cursorCodec(Type.Tuple([CursorInstant, Credits, Type.String()]));

export function encodeUsersPlace({ to, after: { credits, user } }: UsersPlace): string {
  return encode([to, credits, user]);
}

/**
 * Throws the Problem `invalid-request` for a cursor that no page has returned, as any with a window in the future,
 * and for one of another window than `at`.
 * @param now epoch milliseconds, as `at`
 */
export function decodeUsersPlace(cursor: string, at: number | undefined, now: number): UsersPlace {
  const [to, credits, user] = decode(cursor);
  if (to > now) throw invalidCursor();
  if (at !== undefined && at !== to) {
    throw invalidParameter('cursor', 'belongs to another instant: repeat `at` of the first page, or omit it');
  }
  return { to, after: { credits, user } };
}
