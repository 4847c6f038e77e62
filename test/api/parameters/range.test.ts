import { isDate } from '../../../api/parameters/date.ts';
import { checkDateRange, checkInstantRange, monthsBefore } from '../../../api/parameters/range.ts';
import { Problem } from '../../../api/problems/problem.ts';

const at = (text: string): number => Date.parse(text);

/** The type of the problem that a check throws, or undefined if it passes. */
function rejectedChange(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}

describe('a range of instants', () => {
  it.each([
    ['2026-01-31T12:00:00Z', '2027-02-28T12:00:00Z', undefined],
    ['2026-01-31T12:00:00Z', '2027-03-01T12:00:00.000Z', undefined],
    ['2026-01-31T12:00:00Z', '2027-03-01T12:00:00.001Z', 'range-too-long'],
    ['2026-01-01T00:00:00Z', '2027-02-02T00:00:00Z', undefined],
    ['2026-01-01T00:00:00Z', '2027-02-02T00:00:00.001Z', 'range-too-long'],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.001Z', undefined],
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', 'invalid-request'],
    ['2026-01-02T00:00:00Z', '2026-01-01T00:00:00Z', 'invalid-request'],
    ['1970-01-01T00:00:00Z', '2104-12-31T00:00:00Z', 'range-too-long'],
  ])('from %s to %s: %s', (from, to, expected) => {
    expect(rejectedChange(() => checkInstantRange(at(from), at(to)))).toBe(expected);
  });

  it('begins 13 months before its end by default', () => {
    expect(monthsBefore(at('2026-11-22T03:04:05.678Z'))).toBe(at('2025-10-22T03:04:05.678Z'));
    expect(monthsBefore(at('2026-03-31T00:00:00Z'))).toBe(at('2025-02-28T00:00:00Z'));
  });
});

describe('a range of dates', () => {
  it.each([
    ['2026-01-15', '2027-02-16', undefined],
    ['2026-01-15', '2027-02-17', 'range-too-long'],
    ['2026-01-15', '2026-01-16', undefined],
    ['2026-01-15', '2026-01-15', 'invalid-request'],
    ['2026-01-15', '2025-01-15', 'invalid-request'],
  ])('from %s to %s: %s', (from, to, expected) => {
    expect(rejectedChange(() => checkDateRange(from, to))).toBe(expected);
  });

  it.each([
    '2026-02-29',
    '2026-1-1',
    '20260101',
    '2026-00-10',
    '9999-12-31',
    '1969-12-31',
    '2026-01-01T00:00:00Z',
  ])('has no %s', (text) => {
    expect(isDate(text)).toBe(false);
  });

  it.each(['2024-02-29', '2026-12-31', '1970-02-02'])('has %s', (text) => {
    expect(isDate(text)).toBe(true);
  });
});
