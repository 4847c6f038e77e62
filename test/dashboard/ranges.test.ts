import { rangeProblem } from '../../api/dashboard/web/components/range-problem.ts';
import {
  isWithinMaximum,
  MAX_MONTHS,
  monthsEarlier,
  previousRange,
} from '../../api/dashboard/web/intervals.ts';
import { checkInstantRange } from '../../api/parameters/range.ts';
import { DAY_MS, HOUR_MS } from '../../schemas/time-units.ts';

const YEAR_2027 = Date.parse('2027-01-01T10:00:00Z');

function isAccepted(from: number, to: number): boolean {
  try {
    checkInstantRange(from, to);
    return true;
  } catch {
    return false;
  }
}

describe('the last 13 months', () => {
  it('are a range that the API accepts on every day of four years, and so is the period before', () => {
    const rejected: string[] = [];
    for (let to = YEAR_2027; to < YEAR_2027 + 4 * 366 * DAY_MS; to += DAY_MS) {
      const range = { from: monthsEarlier(to, MAX_MONTHS), to };
      const previous = previousRange(range);
      if (!isAccepted(range.from, to) || !isAccepted(previous.from, previous.to)) {
        rejected.push(new Date(to).toISOString());
      }
    }
    expect(rejected).toEqual([]);
  });
});

describe('a custom range', () => {
  it('is within the maximum exactly when the API accepts it', () => {
    for (let from = YEAR_2027; from < YEAR_2027 + 366 * DAY_MS; from += DAY_MS) {
      for (let days = 393; days < 400; days += 1) {
        const to = from + days * DAY_MS;
        const text = `${new Date(from).toISOString()} ${days}`;
        expect([text, isWithinMaximum({ from, to })]).toEqual([text, isAccepted(from, to)]);
      }
    }
  });

  it.each([
    ['date', '2026-11-22', '2026-11-22', undefined],
    ['date', '2026-11-22', '2026-11-21', 'The end must be after the start.'],
    ['date', '2026-01-01', '2027-02-01', undefined],
    ['date', '2026-01-01', '2027-02-02', 'Choose a range of at most 13 months.'],
    ['date', '', '2027-02-02', 'Enter both ends of the range.'],
    ['datetime-local', '2026-11-22T10:00', '2026-11-22T10:00', 'The end must be after the start.'],
    ['datetime-local', '2026-11-22T10:00', '2026-11-22T10:15', undefined],
    ['datetime-local', '2026-01-01T00:00', '2028-01-01T00:00', 'Choose a range of at most 13 months.'],
  ] as const)('of type %s from %s to %s', (type, first, last, problem) => {
    expect(rangeProblem(type, first, last)).toBe(problem);
  });

  it('is compared with the period before it, equally long', () => {
    const range = { from: YEAR_2027, to: YEAR_2027 + 6 * HOUR_MS };
    expect(previousRange(range)).toEqual({ from: YEAR_2027 - 6 * HOUR_MS, to: YEAR_2027 });
  });
});
