import { amountOf, axisSteps } from '../../api/dashboard/web/panels/cost-axis.ts';

describe('the axis of costs', () => {
  it.each([
    [6.8, [0, 2, 4, 6, 8]],
    [8, [0, 2, 4, 6, 8]],
    [34.25, [0, 10, 20, 30, 40]],
    [0.14, [0, 0.05, 0.1, 0.15]],
    [0.00014, [0, 0.00005, 0.0001, 0.00015]],
  ])('reaches %d in round steps', (most, steps) => {
    expect(axisSteps(most)).toEqual(steps);
  });

  it('writes its amounts as decimals, however small', () => {
    expect([0, 10, 2.5, 0.00000025].map(amountOf)).toEqual(['0', '10', '2.5', '0.00000025']);
  });

  it('covers any amount with at most five lines', () => {
    for (let most = 0.0001; most < 1e6; most *= 1.37) {
      const steps = axisSteps(most);
      expect(steps.length).toBeLessThanOrEqual(5);
      expect(steps.at(-1)).toBeGreaterThanOrEqual(most);
      expect(steps.at(-2)).toBeLessThan(most);
    }
  });
});
