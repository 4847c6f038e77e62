import type { Bucket } from './series.ts';

const PIXELS_PER_LABEL = 90;

/**
 * The bars that get a label on the axis: those where the label changes, preferably to a full hour, and never two
 * closer than a label is wide.
 * @param width of all bars together, in pixels
 */
export function labelledBars(buckets: readonly Pick<Bucket, 'tick'>[], width: number): number[] {
  const changes = buckets.flatMap(({ tick }, index) => (tick === buckets[index - 1]?.tick ? [] : [index]));
  const isRound = (index: number): boolean => /^(?!.*:)|:00\b/.test(buckets[index]?.tick ?? '');
  const round = changes.filter((index) => isRound(index));
  const candidates = round.length >= 3 ? round : changes;
  const minDistance = (PIXELS_PER_LABEL / Math.max(1, width)) * buckets.length;
  // If the first label is too close to the second, it marks the rest of a day: keep the second.
  const [first = 0, second] = candidates;
  const start = second !== undefined && second - first < minDistance ? 1 : 0;
  const step = Math.max(1, Math.ceil(minDistance / smallestDistance(candidates.slice(start))));
  return candidates.slice(start).filter((_, index) => index % step === 0);
}

/** The smallest distance of neighbours; infinite for fewer than two. */
const smallestDistance = (indexes: readonly number[]): number =>
  Math.min(...indexes.slice(1).map((index, place) => index - (indexes[place] ?? 0)));
