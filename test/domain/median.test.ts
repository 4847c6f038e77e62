import { medianOf } from '../../domain/median.ts';

it('the median is a value that occurred, and one that is far from the others does not matter', () => {
  expect(medianOf([100, 90_000, 110, 105])).toBe(105);
  expect(medianOf([])).toBe(0);
});
