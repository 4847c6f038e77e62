import { number } from '../formats.ts';

/** A change by more than this factor may be a typing mistake. */
const LARGE_FACTOR = 10;

/**
 * What to ask before a change of the limit that could be a mistake: more than ten times higher or lower, or the
 * first limit at all, which turns charges on. Undefined for other changes; a limit of 0 costs nothing.
 */
export function confirmationOf(current: number, next: number): string | undefined {
  if (next === 0 || next === current) return undefined;
  if (current === 0) {
    return `The limit is 0 now, so nothing is charged. Allow ${number(next)} additional credits in 24 hours?`;
  }
  const change = `from ${number(current)} to ${number(next)}`;
  if (next > current * LARGE_FACTOR) {
    return `This raises the limit ${change}, ${factor(next / current)} times as much. Is that right?`;
  }
  if (next * LARGE_FACTOR < current) {
    return `This lowers the limit ${change}, less than a tenth of the present limit. Is that right?`;
  }
  return undefined;
}

/** One decimal below 100: ten times and ten and a half differ. */
const factor = (ratio: number): string =>
  number(ratio < 100 ? Math.round(ratio * 10) / 10 : Math.round(ratio));
