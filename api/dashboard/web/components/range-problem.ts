import { DAY_MS } from '../../../../schemas/time-units.ts';
import { isWithinMaximum, MAX_MONTHS } from '../intervals.ts';

/** A range of dates includes its last one; a range of clock times ends before its last one. */
export type RangeInput = 'date' | 'datetime-local';

/** Why a range cannot be shown; undefined for a valid one. */
export function rangeProblem(type: RangeInput, first: string, last: string): string | undefined {
  if (first === '' || last === '') return 'Enter both ends of the range.';
  const isDates = type === 'date';
  if (isDates ? first > last : first >= last) return 'The end must be after the start.';
  const from = isDates ? startOfDay(first) : Date.parse(`${first}:00Z`);
  const to = isDates ? startOfDay(last) + DAY_MS : Date.parse(`${last}:00Z`);
  return isWithinMaximum({ from, to }) ? undefined : `Choose a range of at most ${MAX_MONTHS} months.`;
}

const startOfDay = (date: string): number => Date.parse(`${date}T00:00:00Z`);
