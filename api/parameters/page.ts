import { Type, type Static } from 'typebox';
import { fittingRows } from './page-bytes.ts';
import { cursorCodec, cursorParameter, invalidCursor } from './cursor.ts';

/** The page parameters of a list that is held in memory. */
export const PageQuery = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100, description: 'entries of a page' }),
    cursor: cursorParameter(512),
  },
  { additionalProperties: false },
);

export const NextCursor = Type.Union([Type.String(), Type.Null()], { description: 'Null at the end.' });

/** The key of the page's last entry. */
const { encode, decode } = cursorCodec(Type.Tuple([Type.String()]));

/**
 * The part of a list that follows the previous page. A cursor names that page's last entry, so entries that are
 * added before it do not shift the next page. Throws the Problem `invalid-request` for any other cursor.
 * A page ends sooner than at its limit where its entries are large.
 * @param keyOf unique among the entries; an entry never changes its key
 * @param answerOf an entry as the answer contains it
 */
export function pageOf<T, Answer>(
  entries: readonly T[],
  keyOf: (entry: T) => string,
  answerOf: (entry: T) => Answer,
  { limit, cursor }: Static<typeof PageQuery>,
): { readonly page: Answer[]; readonly next_cursor: string | null } {
  const start = cursor === undefined ? 0 : indexAfter(entries, keyOf, cursor);
  const page = fittingRows(entries.slice(start, start + limit).map((entry) => answerOf(entry)));
  const end = start + page.length;
  const last = entries[end - 1];
  const isEnd = last === undefined || end >= entries.length;
  return { page: [...page], next_cursor: isEnd ? null : encode([keyOf(last)]) };
}

function indexAfter<T>(entries: readonly T[], keyOf: (entry: T) => string, cursor: string): number {
  const [key] = decode(cursor);
  const index = entries.findIndex((entry) => keyOf(entry) === key);
  if (index === -1) throw invalidCursor();
  return index + 1;
}
