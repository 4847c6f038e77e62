import { Type } from 'typebox';
import type { UserPlace } from '../../store/usage/read-users.ts';
import { decodeContent, encodeContent } from '../parameters/cursor.ts';
import { invalidParameter } from '../problems/problem.ts';
import { parseInstant, formatInstant } from '../../domain/instants.ts';

/** Where a page of users ended. */
export interface UsersPlace {
  /** The end of the first page's 24 hours, epoch milliseconds: all pages are of the same ones. */
  readonly to: number;
  readonly after: UserPlace;
}

const Content = Type.Tuple([Type.String(), Type.Integer({ minimum: 0 }), Type.String()]);

export function encodeUsersPlace({ to, after: { credits, user } }: UsersPlace): string {
  return encodeContent([formatInstant(to), credits, user]);
}

/** Throws the Problem `invalid-request` for anything that no page has answered, or one of another instant. */
export function decodeUsersPlace(cursor: string, at: number | undefined): UsersPlace {
  const [time = '', credits = 0, user = ''] = decodeContent(Content, cursor) ?? [];
  const to = parseInstant(time);
  if (to === undefined) {
    throw invalidParameter('cursor', 'must be the next_cursor of the page before, unchanged');
  }
  if (at !== undefined && at !== to) {
    throw invalidParameter(
      'cursor',
      'is of another instant: repeat `at` of the page before, or leave it out',
    );
  }
  return { to, after: { credits, user } };
}
