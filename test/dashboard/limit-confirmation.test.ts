import { confirmationOf } from '../../api/dashboard/web/panels/limit-confirmation.ts';

describe('a new limit needs a confirmation', () => {
  it.each([
    [10_000, 100_001],
    [15, 2_000_050],
    [80_000, 7_999],
    [0, 1],
  ])('from %d to %d', (current, next) => {
    expect(confirmationOf(current, next)).toMatch(/\?$/);
  });

  it.each([
    [10_000, 100_000],
    [10_000, 1_000],
    [10_000, 10_000],
    [80_000, 0],
    [0, 0],
  ])('but not from %d to %d', (current, next) => {
    expect(confirmationOf(current, next)).toBeUndefined();
  });
});
