import { Type, type Static } from 'typebox';
import { invalidParameter } from '../problems/problem.ts';

/** @param maxLength of the cursors that the list answers */
export const cursorParameter = (maxLength: number) =>
  Type.Optional(Type.String({ minLength: 1, maxLength, description: 'next_cursor of the page before' }));

/** How a list that is kept in memory is asked for in pages. */
export const PageQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100, description: 'entries of a page' }),
    cursor: cursorParameter(256),
  },
  { additionalProperties: false },
);

export const NextCursor = Type.Union([Type.String(), Type.Null()], { description: 'Null at the end.' });

/**
 * The part of a list that follows the page before. A cursor names that page's last entry, so what comes new before
 * it moves nothing. Throws the Problem `invalid-request` for a cursor that no page has answered.
 * @param keyOf a text that no other entry has, and that stays the entry's
 */
export function pageOf<T>(
  entries: readonly T[],
  keyOf: (entry: T) => string,
  { limit, cursor }: Static<typeof PageQuery>,
): { readonly page: readonly T[]; readonly next_cursor: string | null } {
  const start =
    cursor === undefined ? 0 : 1 + entries.findIndex((entry) => encodeCursor(keyOf(entry)) === cursor);
  if (start === 0 && cursor !== undefined) {
    throw invalidParameter('cursor', 'must be the next_cursor of the page before, unchanged');
  }
  const page = entries.slice(start, start + limit);
  const last = page.at(-1);
  const isEnd = last === undefined || start + limit >= entries.length;
  return { page, next_cursor: isEnd ? null : encodeCursor(keyOf(last)) };
}

const encodeCursor = (key: string): string => Buffer.from(key).toString('base64url');
