import {
  bundledCatalogues,
  costsAt,
  editionAt,
  parseCatalogues,
  priceBookAt,
  UnknownEditionError,
} from '../../../domain/catalogues/catalogues.ts';
import { parsePrices } from '../../../domain/catalogues/prices.ts';
import { book, crmFree, editionsFrom, problemsOf, start } from './submissions.ts';
import { HOUR_MS } from '../../../schemas/time-units.ts';

const bundled = bundledCatalogues();

describe('the bundled catalogues equal those of domain.md', () => {
  test.each([
    ['crm', 'free', 5_000, 0, 5_000],
    ['crm', 'standard', 50_000, 250, 100_000],
    ['crm', 'professional', 50_000, 500, 3_000_000],
    ['crm', 'enterprise', 50_000, 1_000, 5_000_000],
    ['crm', 'ultimate', 50_000, 2_000, null],
    ['bigin', 'free', 5_000, 0, 5_000],
    ['bigin', 'express', 50_000, 250, 100_000],
    ['bigin', 'premier', 50_000, 250, 100_000],
  ])('%s %s: %d + %d a user, at most %s', (product, edition, base, perUser, maximum) => {
    const expected = { product, edition, base, per_user: perUser, maximum };
    expect(editionAt(bundled, product, edition, 0)).toEqual(expected);
  });

  test('there are no other editions', () => {
    expect(bundled.editions.map(({ editions }) => editions.length)).toEqual([8]);
  });

  test('the price book', () => {
    expect(bundled.prices).toEqual([
      {
        effectiveAt: 0,
        name: '2020-09',
        currency: 'USD',
        minor_unit_digits: 2,
        slabs: [
          { credits: 25_000, rate_per_1000: '0.14' },
          { credits: 75_000, rate_per_1000: '0.06' },
          { credits: 150_000, rate_per_1000: '0.05' },
          { credits: null, rate_per_1000: '0.025' },
        ],
      },
    ]);
  });

  test('they are in effect from 1970-01-01 on and before, as a local day of that date may begin earlier', () => {
    expect(bundled.editions[0]?.effectiveAt).toBe(0);
    expect(bundled.costs[0]?.effectiveAt).toBe(0);
    expect(priceBookAt(bundled, -13 * HOUR_MS).name).toBe('2020-09');
    expect(costsAt(bundled, -1)).toBe(bundled.costs[0]);
    expect(editionAt(bundled, 'crm', 'free', -1)).toBe(bundled.editions[0]?.editions[0]);
  });
});

test('the version in effect is that of the instant, whatever the order of the versions', () => {
  const prices = parsePrices([
    book('2027-01-01T00:00:00.000Z', 'next', [null, '0.2']),
    book(start, 'first', [null, '0.1']),
  ]);
  expect(prices.map(({ name }) => name)).toEqual(['first', 'next']);
  const catalogues = { ...bundled, prices };
  const change = Date.parse('2027-01-01T00:00:00.000Z');
  expect(priceBookAt(catalogues, change - 1).name).toBe('first');
  expect(priceBookAt(catalogues, change).name).toBe('next');
});

test('the problems of all three catalogues are reported together, each with what to fix', () => {
  const json = {
    editions: [editionsFrom(start, crmFree, crmFree)],
    prices: [book(start, 'a', [null, '-1'], [5, '1']), book(start, 'b', [null, '1'])],
    costs: [],
  };
  expect(problemsOf(() => parseCatalogues(json))).toEqual([
    'overlap /editions/0/editions/1',
    'negative-price /prices/0/slabs/0/rate_per_1000',
    'slab-out-of-order /prices/0/slabs/0/credits',
    'slab-out-of-order /prices/0/slabs/1/credits',
    'duplicate-effective-date /prices/1/effective_at',
    'no-versions /costs',
  ]);
  expect(() => parseCatalogues(json)).toThrow(
    /\/prices\/0\/slabs\/0\/rate_per_1000 is -1: a price must not be negative/,
  );
});

test('an unknown edition is an error that lists the existing ones', () => {
  expect(() => editionAt(bundled, 'bigin', 'ultimate', 0)).toThrow(UnknownEditionError);
  expect(() => editionAt(bundled, 'bigin', 'ultimate', 0)).toThrow(/choose one of free, express, premier/);
  expect(() => editionAt(bundled, 'desk', 'free', 0)).toThrow(/the product has none/);
});
