import { isDimension, type GroupBy } from '../../store/usage/dimensions.ts';
import { invalidParameter } from '../problems/problem.ts';
import { decodePlace, type Place } from './cursor.ts';

/** Rows of a page where the request gives a cursor and no limit. */
const DEFAULT_PAGE_ROWS = 1_000;

/** Which rows of a breakdown the answer holds: all, the largest and the rest, or one page. */
export type RowSelection =
  | { readonly kind: 'all' }
  | { readonly kind: 'top'; readonly top: number }
  | { readonly kind: 'page'; readonly limit: number; readonly after: Place['after'] | undefined };

interface SelectionQuery {
  readonly top: number | undefined;
  readonly limit: number | undefined;
  readonly cursor: string | undefined;
}

/**
 * All rows by default, the largest with `top`, a page with `limit` or `cursor`. The first page counts up to now at
 * most, the next ones up to the same instant: `to` is the end of the range that the answer covers.
 * Throws the Problem `invalid-request`.
 * @param now epoch milliseconds, as the range
 */
export function selectRows(
  { top, limit, cursor }: SelectionQuery,
  groupBy: readonly GroupBy[],
  { from, to }: { readonly from: number; readonly to: number },
  now: number,
): { readonly selection: RowSelection; readonly to: number } {
  if (top !== undefined) {
    if (!groupBy.some((name) => isDimension(name))) {
      throw invalidParameter('top', 'needs a group_by other than a time, such as user, app or endpoint');
    }
    if (limit !== undefined || cursor !== undefined) {
      throw invalidParameter('top', 'cannot be combined with limit or cursor: its answer has one page');
    }
    return { selection: { kind: 'top', top }, to };
  }
  const countedUntil = from < now ? Math.min(to, now) : to;
  if (cursor !== undefined) {
    const place = decodePlace(cursor, groupBy);
    if (place.to <= from || place.to > countedUntil) {
      throw invalidParameter('cursor', 'belongs to another range: repeat from and to of the first page');
    }
    return {
      selection: { kind: 'page', limit: limit ?? DEFAULT_PAGE_ROWS, after: place.after },
      to: place.to,
    };
  }
  if (limit === undefined || groupBy.length === 0) return { selection: { kind: 'all' }, to };
  return { selection: { kind: 'page', limit, after: undefined }, to: countedUntil };
}
