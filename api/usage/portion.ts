import { isDimension, type GroupBy } from '../../store/usage/dimensions.ts';
import { invalidParameter } from '../problems/problem.ts';
import { decodePlace } from './cursor.ts';
import type { Chunk } from './read.ts';

/** Rows of a page that is asked for by its cursor alone. */
const PAGE_ROWS = 1_000;

/** Which rows a request wants, and where its range ends. */
export interface Wanted {
  readonly chunk: Chunk;
  readonly to: number;
}

interface Asked {
  readonly top: number | undefined;
  readonly limit: number | undefined;
  readonly cursor: string | undefined;
}

/**
 * All rows by default, the largest by `top`, a page by `limit`. A page counts up to now at most, and the ones after
 * it up to the same instant. Throws the Problem `invalid-request`.
 */
export function wantedOf(
  { top, limit, cursor }: Asked,
  groupBy: readonly GroupBy[],
  range: { readonly from: number; readonly to: number },
  now: number,
): Wanted {
  const { from, to } = range;
  if (top !== undefined) {
    if (!groupBy.some((name) => isDimension(name))) {
      throw invalidParameter(
        'top',
        'needs a group_by that is no time, such as user, app or endpoint: its largest are named',
      );
    }
    if (limit !== undefined || cursor !== undefined) {
      throw invalidParameter('top', 'is answered whole: leave out limit and cursor');
    }
    return { chunk: { kind: 'top', top }, to };
  }
  if (cursor !== undefined) {
    const place = decodePlace(cursor, groupBy);
    if (place.to <= from || place.to > to) {
      throw invalidParameter('cursor', 'is of another range: repeat from and to of the page before');
    }
    return { chunk: { kind: 'page', limit: limit ?? PAGE_ROWS, after: place.after }, to: place.to };
  }
  if (limit === undefined || groupBy.length === 0) return { chunk: { kind: 'all' }, to };
  return { chunk: { kind: 'page', limit, after: undefined }, to: from < now ? Math.min(to, now) : to };
}
