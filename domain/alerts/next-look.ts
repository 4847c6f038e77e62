import { BUCKET_MS } from '../../schemas/time-units.ts';
import { WINDOW_MS } from '../usage/returning.ts';

/**
 * When credits leave the rolling 24 hours by themselves: the earliest instant at which so many of them may have left.
 * @param asOf end of the window, epoch milliseconds
 * @param usedByQuarter credits of the window by the start of their quarter of an hour
 * @param credits at least 1; Infinity where the window has fewer
 */
export function mayHaveLeftAt(
  asOf: number,
  usedByQuarter: ReadonlyMap<number, number>,
  credits: number,
): number {
  let left = 0;
  for (const [start, used] of [...usedByQuarter].toSorted(([one], [other]) => one - other)) {
    left += used;
    if (left >= credits) return Math.max(asOf, start + WINDOW_MS);
  }
  return Infinity;
}

/** Within the quarter in which they leave it is looked again so often. */
export const QUARTER_LOOKS_MS: number = BUCKET_MS / 60;
