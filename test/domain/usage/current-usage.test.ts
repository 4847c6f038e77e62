import * as fc from 'fast-check';
import { currentUsageOf } from '../../../domain/usage/current-usage.ts';

test.each([
  // included, limit, used -> total, unused, additional used, over limit
  ['nothing used', 52_500, 100_000, 0, 152_500, 152_500, 0, 0],
  ['one below the included credits', 52_500, 100_000, 52_499, 152_500, 100_001, 0, 0],
  ['the included credits', 52_500, 100_000, 52_500, 152_500, 100_000, 0, 0],
  ['one beyond the included credits', 52_500, 100_000, 52_501, 152_500, 99_999, 1, 0],
  ['80,000 beyond', 52_500, 100_000, 132_500, 152_500, 20_000, 80_000, 0],
  ['all', 52_500, 100_000, 152_500, 152_500, 0, 100_000, 0],
  ['one more than all', 52_500, 100_000, 152_501, 152_500, 0, 100_000, 1],
  ['far more than all', 52_500, 100_000, 200_000, 152_500, 0, 100_000, 47_500],
  ['no limit allowed', 5_000, 0, 6_000, 5_000, 0, 0, 1_000],
])('%s', (_, included, additionalLimit, used, total, unused, additionalUsed, overLimit) => {
  expect(currentUsageOf({ included, additionalLimit }, used)).toEqual({
    included,
    additionalLimit,
    used,
    total,
    unused,
    additionalUsed,
    overLimit,
  });
});

test('every credit used is included, additional or over the limit; every credit allowed is used or unused', () => {
  const credits = fc.oneof(fc.nat({ max: 10 }), fc.nat({ max: 10_000_000 }));
  fc.assert(
    fc.property(credits, credits, credits, (included, additionalLimit, used) => {
      const current = currentUsageOf({ included, additionalLimit }, used);
      expect(Math.min(used, included) + current.additionalUsed + current.overLimit).toBe(used);
      expect(used - current.overLimit + current.unused).toBe(current.total);
      expect(current.unused === 0 || current.overLimit === 0).toBe(true);
    }),
    { seed: 6, numRuns: 2_000 },
  );
});

test('a figure that is not a whole number of credits is an error', () => {
  expect(() => currentUsageOf({ included: 1, additionalLimit: 1 }, -1)).toThrow(/used is -1/);
  expect(() => currentUsageOf({ included: 0.5, additionalLimit: 1 }, 1)).toThrow(/included is 0.5/);
});
