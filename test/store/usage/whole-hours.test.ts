import { HOUR_MS, MINUTE_MS } from '../../../schemas/time-units.ts';
import { wholeHours } from '../../../store/usage/known-hours.ts';
import { planRollup, type Interval } from '../../../store/usage/rollup-plan.ts';

const T0 = Date.parse('2026-11-22T00:00:00Z');
const at = (hours: number): number => T0 + hours * HOUR_MS;
const invalidatedHours = [at(3), at(5)];

/** @param sealed until this hour; the totals have all quarters before the end of the tenth */
const whole = (intervals: readonly Interval[], sealed = at(10)): number[] =>
  wholeHours(
    intervals.map(({ from, to }) => planRollup(from, to, { until: at(10), invalidatedHours })),
    sealed,
  );

describe('the invalidated hours whose count holds until they are invalidated once more', () => {
  it('are those that every interval has as a whole or not at all', () => {
    expect(whole([{ from: at(0), to: at(12) }])).toEqual([at(3), at(5)]);
    expect(whole([{ from: at(3), to: at(6) }])).toEqual([at(3), at(5)]);
    expect(
      whole([
        { from: at(0), to: at(12) },
        { from: at(4), to: at(12) },
      ]),
    ).toEqual([at(3), at(5)]);
  });

  it('are not those in which an interval begins or ends', () => {
    const within = at(3) + 15 * MINUTE_MS;
    for (const interval of [
      { from: within, to: at(12) },
      { from: at(0), to: within },
    ]) {
      expect(whole([{ from: at(0), to: at(12) }, interval])).toEqual([at(5)]);
    }
  });

  it('are not those that are not sealed: what lands in them may invalidate nothing', () => {
    expect(whole([{ from: at(0), to: at(12) }], at(6))).toEqual([at(3), at(5)]);
    expect(whole([{ from: at(0), to: at(12) }], at(5))).toEqual([at(3)]);
  });
});
