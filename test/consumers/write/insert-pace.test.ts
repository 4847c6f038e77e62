import { InsertPace } from '../../../consumers/write/insert-pace.ts';

function paceAfter(leastMs: number, landings: readonly number[]): InsertPace {
  const pace = new InsertPace(leastMs);
  for (const tookMs of landings) pace.landed(tookMs);
  return pace;
}
const times = (count: number, tookMs: number): number[] => Array.from({ length: count }, () => tookMs);

describe('the interval between inserts', () => {
  it('is the configured one at first, and while landing is quick', () => {
    expect(paceAfter(150, []).intervalMs).toBe(150);
    expect(paceAfter(150, times(9, 60)).intervalMs).toBe(150);
  });

  it('is longer where landing takes longer, by ten milliseconds for each beyond sixty', () => {
    expect(paceAfter(150, times(9, 100)).intervalMs).toBe(550);
  });

  it('is a second at most, or as configured where that is longer', () => {
    expect(paceAfter(150, times(9, 20_000)).intervalMs).toBe(1_000);
    expect(paceAfter(3_000, times(9, 20_000)).intervalMs).toBe(3_000);
  });

  it('does not change by a few slow landings', () => {
    expect(paceAfter(150, [...times(9, 20), ...times(4, 60_000)]).intervalMs).toBe(150);
  });

  it('is short again once most of the last landings were fast', () => {
    expect(paceAfter(150, [...times(100, 20_000), ...times(5, 20)]).intervalMs).toBe(150);
  });
});
