import * as fc from 'fast-check';
import { priceOf } from '../../../domain/pricing/slabs.ts';
import { bundledCatalogues, priceBookAt } from '../../../domain/catalogues/catalogues.ts';
import { parsePrices } from '../../../domain/catalogues/prices.ts';
import type { PriceBook, Slab } from '../../../domain/catalogues/prices.ts';
import { canonical } from '../../../domain/money.ts';
import { decimalsByBigInt, priceByBigInt } from './bigint-oracle.ts';

const book = priceBookAt(bundledCatalogues(), 0);

test.each([
  [0, '0'],
  [1, '0.00014'],
  [24_999, '3.49986'],
  [25_000, '3.5'],
  [25_001, '3.50006'],
  [80_000, '6.8'],
  [99_999, '7.99994'],
  [100_000, '8'],
  [100_001, '8.00005'],
  [249_999, '15.49995'],
  [250_000, '15.5'],
  [250_001, '15.500025'],
  [500_000, '21.75'],
  [500_001, '21.750025'],
  [1_000_000, '34.25'],
])('%d billed credits cost %s (price book 2020-09)', (credits, amount) => {
  expect(canonical(priceOf(book, credits).amount)).toBe(amount);
});

test('80,000 credits fill the first slab and 55,000 of the second', () => {
  const { lines } = priceOf(book, 80_000);
  expect(lines.map((line) => [line.credits, line.rate_per_1000, canonical(line.amount)])).toEqual([
    [25_000, '0.14', '3.5'],
    [55_000, '0.06', '3.3'],
  ]);
});

test('only slabs with credits become lines', () => {
  const counts = [0, 1, 25_000, 25_001, 100_000, 100_001, 250_000, 250_001, 9_000_000];
  expect(counts.map((credits) => priceOf(book, credits).lines.length)).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4]);
});

test.each([-1, 0.5, Number.NaN, Infinity, 2 ** 53])('%d is not a number of credits', (credits) => {
  expect(() => priceOf(book, credits)).toThrow(/credits is .*: must be a whole number/);
});

const rate = fc
  .tuple(fc.nat({ max: 999_999 }), fc.integer({ min: 0, max: 9 }), fc.nat({ max: 999_999_999 }))
  .map(([whole, decimals, fraction]) =>
    decimals === 0 ? String(whole) : `${whole}.${String(fraction).padStart(9, '0').slice(0, decimals)}`,
  );
const slabs: fc.Arbitrary<Slab[]> = fc
  .tuple(
    fc.array(fc.tuple(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 1e9 })), rate), {
      maxLength: 5,
    }),
    rate,
  )
  .map(([ending, last]) => {
    const pairs: (readonly [number | null, string])[] = [...ending, [null, last]];
    return pairs.map(([credits, each]) => ({ credits, rate_per_1000: each }));
  });
const books: fc.Arbitrary<PriceBook> = fc
  .oneof(fc.constant([...book.slabs]), slabs)
  .map((each) => ({ effectiveAt: 0, name: 'any', currency: 'USD', minor_unit_digits: 2, slabs: each }));
const counts = fc.oneof(
  fc.nat({ max: 20 }),
  fc.nat({ max: 2_000_000 }),
  fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  fc.constantFrom(25_000, 100_000, 250_000).chain((edge) => fc.integer({ min: edge - 2, max: edge + 2 })),
);

test('every price of every book equals that computed with whole numbers, to the last digit', () => {
  let tried = 0;
  fc.assert(
    fc.property(books, counts, (each, credits) => {
      const price = priceOf(each, credits);
      const text = canonical(price.amount);
      tried += 1;
      return text === decimalsByBigInt(priceByBigInt(each.slabs, credits), 12);
    }),
    { seed: 1, numRuns: 10_000 },
  );
  expect(tried).toBe(10_000);
});

test('the lines add up to the credits and to the amount, and fill slabs in their order', () => {
  fc.assert(
    fc.property(books, counts, (each, credits) => {
      const { lines, amount } = priceOf(each, credits);
      const inLines = lines.reduce((sum, line) => sum + BigInt(line.credits), 0n);
      const units = lines.map((line) =>
        priceByBigInt([{ credits: null, rate_per_1000: line.rate_per_1000 }], line.credits),
      );
      expect(inLines).toBe(BigInt(credits));
      expect(lines.map((line) => canonical(line.amount))).toEqual(
        units.map((unit) => decimalsByBigInt(unit, 12)),
      );
      expect(canonical(amount)).toBe(
        decimalsByBigInt(
          units.reduce((sum, unit) => sum + unit, 0n),
          12,
        ),
      );
      const full = lines.slice(0, -1).map((line) => line.credits);
      expect(full).toEqual(each.slabs.slice(0, full.length).map((slab) => slab.credits));
      expect(lines.every((line) => line.credits > 0)).toBe(true);
    }),
    { seed: 2, numRuns: 1_000 },
  );
});

test('the catalogue accepts every book of this suite', () => {
  fc.assert(
    fc.property(slabs, (each) => {
      const json = {
        effective_at: '1970-01-01T00:00:00Z',
        name: 'any',
        currency: 'USD',
        minor_unit_digits: 2,
        slabs: each,
      };
      expect(parsePrices([json])[0]?.slabs).toEqual(each);
    }),
    { seed: 3, numRuns: 300 },
  );
});
