import { DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';
import { BUDGETED, budgetLimits } from './gated-orgs.ts';
import { capDifferences, fullestWindow, limitDifferences, type LimitedCall } from './kept.ts';

const NOON = Date.parse('2026-11-22T12:00:00Z');
const call = (at: number, credits: number, more: Partial<LimitedCall> = {}): LimitedCall => ({
  org: BUDGETED,
  user: 'dan',
  app: 'web',
  at,
  credits,
  isUnleased: false,
  ...more,
});
const limit = { name: 'limit', creditsAt: () => 100, counts: () => true };

/** Which budgets are. */
const exceeded = (calls: readonly LimitedCall[]) =>
  limitDifferences(calls, budgetLimits()).map((line) => line.split(':')[0]);

describe('the check of limits', () => {
  it('counts every rolling 24 hours, half-open', () => {
    const day = [call(NOON, 60), call(NOON + DAY_MS, 40)];
    expect(fullestWindow(day, limit)).toEqual({ credits: 60, allowed: 100, at: NOON });
    expect(fullestWindow([call(NOON, 60), call(NOON + DAY_MS - 1, 50)], limit)).toEqual({
      credits: 110,
      allowed: 100,
      at: NOON + DAY_MS - 1,
    });
  });

  it('names a limit that is exceeded, by one credit too, and one without calls', () => {
    expect(limitDifferences([call(NOON, 60), call(NOON + HOUR_MS, 40)], [limit])).toEqual([]);
    expect(limitDifferences([call(NOON, 60), call(NOON, 41)], [limit])).toEqual([
      'limit: 101 credits in the 24 hours until 2026-11-22T12:00:00.000Z, at most 100 are allowed',
    ]);
    expect(limitDifferences([], [limit])).toEqual(['limit: no call was made']);
  });

  it('allows what was admitted while no gate answered, and nothing more', () => {
    const unleased = call(NOON, 30, { isUnleased: true });
    expect(limitDifferences([call(NOON, 100), unleased], [limit])).toEqual([]);
    expect(limitDifferences([call(NOON, 101), unleased], [limit])).toHaveLength(1);
    expect(limitDifferences([call(NOON + DAY_MS, 101), unleased], [limit])).toHaveLength(1);
  });

  it('counts for a budget the calls of its user, app or team', () => {
    const enough = [call(NOON, 1, { user: 'ann' }), call(NOON, 1, { app: 'batch' })];
    const team = [call(NOON, 1_250, { user: 'ben' }), call(NOON, 1_250, { user: 'cem' })];
    expect(exceeded([...enough, ...team])).toEqual([]);
    expect(exceeded([...enough, ...team, call(NOON, 1, { user: 'cem' })])).toEqual([
      'team pair of gated-budgets',
    ]);
    expect(exceeded([...enough, ...team, call(NOON, 1_500, { user: 'ann' })])).toEqual([
      'user ann of gated-budgets',
    ]);
  });
});

describe('the check of a spending cap', () => {
  it('adds up what each day of a month costs beyond its included credits', () => {
    const days = [call(NOON, 7_000), call(NOON + DAY_MS, 6_000)];
    expect(capDifferences(days)).toEqual([]);
    expect(capDifferences([...days, call(NOON, 1)])).toEqual([
      'the bill of 2026-11: 3001 credits beyond the included ones cost more than the cap of 0.42',
    ]);
    expect(capDifferences([...days, call(NOON + 20 * DAY_MS, 8_000)])).toEqual([]);
  });
});
