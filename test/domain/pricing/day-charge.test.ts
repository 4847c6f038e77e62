import * as fc from 'fast-check';
import { chargeOfDay, dayCharge } from '../../../domain/pricing/day-charge.ts';
import { differenceOf, needsRevision } from '../../../domain/closing/revisions.ts';
import type { RevisionDifference } from '../../../domain/closing/revisions.ts';
import { bundledCatalogues, priceBookAt } from '../../../domain/catalogues/catalogues.ts';
import { canonical, parseMoney, sumMoney } from '../../../domain/money.ts';
import { history } from '../calendar/histories.ts';
import { decimalsByBigInt, priceByBigInt } from './bigint-oracle.ts';

const bundled = bundledCatalogues();
const book = priceBookAt(bundled, 0);
const credits = fc.oneof(fc.nat({ max: 10 }), fc.nat({ max: 300_000 }), fc.nat({ max: 10_000_000 }));

describe('the charge of a day', () => {
  test.each([
    // used, included, limit -> additional, billed, over limit, amount
    [132_500, 52_500, 100_000, 80_000, 80_000, 0, '6.8'],
    [200_000, 52_500, 100_000, 147_500, 100_000, 47_500, '8'],
    [200_000, 52_500, 0, 147_500, 0, 147_500, '0'],
    [52_499, 52_500, 100_000, 0, 0, 0, '0'],
    [52_500, 52_500, 100_000, 0, 0, 0, '0'],
    [52_501, 52_500, 100_000, 1, 1, 0, '0.00014'],
    [152_500, 52_500, 100_000, 100_000, 100_000, 0, '8'],
    [152_501, 52_500, 100_000, 100_001, 100_000, 1, '8'],
    [0, 0, 0, 0, 0, 0, '0'],
  ])(
    '%d used of %d included, limit %d',
    (used, included, additionalLimit, additional, billed, overLimit, amount) => {
      const charge = dayCharge({ included, additionalLimit }, used, book);
      expect({ ...charge, amount: canonical(charge.amount) }).toMatchObject({
        used,
        included,
        additionalLimit,
        additional,
        billed,
        overLimit,
        amount,
      });
      expect(charge.lines.reduce((sum, line) => sum + line.credits, 0)).toBe(billed);
      expect(canonical(sumMoney(charge.lines.map((line) => line.amount)))).toBe(amount);
    },
  );

  test('30 days of 100,000 billed credits are 240', () => {
    const day = dayCharge({ included: 0, additionalLimit: 100_000 }, 100_000, book).amount;
    expect(canonical(sumMoney(Array.from({ length: 30 }, () => day)))).toBe('240');
  });

  test('every charge equals that computed with whole numbers', () => {
    let tried = 0;
    fc.assert(
      fc.property(credits, credits, credits, (used, included, additionalLimit) => {
        const charge = dayCharge({ included, additionalLimit }, used, book);
        const beyond = BigInt(used) - BigInt(included);
        const additional = beyond > 0n ? beyond : 0n;
        const billed = additional < BigInt(additionalLimit) ? additional : BigInt(additionalLimit);
        tried += 1;
        return (
          BigInt(charge.additional) === additional &&
          BigInt(charge.billed) === billed &&
          BigInt(charge.overLimit) === additional - billed &&
          canonical(charge.amount) === decimalsByBigInt(priceByBigInt(book.slabs, Number(billed)), 12)
        );
      }),
      { seed: 8, numRuns: 10_000 },
    );
    expect(tried).toBe(10_000);
  });
});

describe('the charge of a billing day', () => {
  const next = { ...book, effectiveAt: 1_500, name: 'dear', slabs: [{ credits: null, rate_per_1000: '1' }] };
  const catalogues = { ...bundled, prices: [book, next] };
  const terms = { edition: 'free', users: 1, additionalLimit: 1_000 };
  const crm = {
    product: 'crm',
    versions: history([0, terms], [1_200, { ...terms, additionalLimit: 2_000 }]),
  };

  test('uses the price book in effect when the day starts, and the highest limit of the day', () => {
    const before = chargeOfDay(catalogues, crm, { from: 1_000, to: 2_000 }, 8_000);
    expect([before?.priceBook.name, before?.billed, before && canonical(before.amount)]).toEqual([
      '2020-09',
      2_000,
      '0.28',
    ]);
    const at = chargeOfDay(catalogues, crm, { from: 1_500, to: 2_000 }, 8_000);
    expect([at?.priceBook.name, at?.billed, at && canonical(at.amount)]).toEqual(['dear', 2_000, '2']);
    const earlier = chargeOfDay(catalogues, crm, { from: 1_000, to: 1_200 }, 8_000);
    expect([earlier?.billed, earlier?.overLimit]).toEqual([1_000, 2_000]);
  });

  test('is undefined where the product has no subscription yet', () => {
    const late = { product: 'crm', versions: history([5_000, terms]) };
    expect(chargeOfDay(catalogues, late, { from: 1_000, to: 2_000 }, 8_000)).toBeUndefined();
  });
});

function shown({ deltaCredits, deltaAmount }: RevisionDifference): [number, string] {
  return [deltaCredits, canonical(deltaAmount)];
}

describe('a revision', () => {
  const allowance = { included: 52_500, additionalLimit: 100_000 };
  const first = dayCharge(allowance, 132_500, book);

  test('is needed at a first close only if credits were used', () => {
    expect(needsRevision(undefined, dayCharge(allowance, 0, book))).toBe(false);
    expect(needsRevision(undefined, dayCharge(allowance, 1, book))).toBe(true);
  });

  test.each([
    ['nothing', first, false],
    ['used, below the included credits', dayCharge(allowance, 132_501, book), true],
    ['the included credits', { ...first, included: 52_501 }, true],
    ['the limit', { ...first, additionalLimit: 100_001 }, true],
    ['the billed credits', { ...first, billed: 1 }, true],
    ['the amount', { ...first, amount: parseMoney('6.800001') }, true],
    ['only the notation of the amount', { ...first, amount: parseMoney('6.80') }, false],
  ])('after a close: %s changed', (_, now, isNeeded) => {
    expect(needsRevision(first, now)).toBe(isNeeded);
  });

  test('has a signed difference', () => {
    const more = dayCharge(allowance, 200_000, book);
    expect(shown(differenceOf(undefined, first))).toEqual([80_000, '6.8']);
    expect(shown(differenceOf(first, more))).toEqual([20_000, '1.2']);
    expect(shown(differenceOf(more, first))).toEqual([-20_000, '-1.2']);
    expect(shown(differenceOf(first, first))).toEqual([0, '0']);
  });

  test('the differences of any revisions add up to the last one', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(credits, credits, credits), { minLength: 1, maxLength: 12 }), (days) => {
        const charges = days.map(([used, included, additionalLimit]) =>
          dayCharge({ included, additionalLimit }, used, book),
        );
        const differences = charges.map((charge, index) => differenceOf(charges[index - 1], charge));
        const last = charges.at(-1);
        expect(differences.reduce((sum, each) => sum + each.deltaCredits, 0)).toBe(last?.billed);
        expect(canonical(sumMoney(differences.map((each) => each.deltaAmount)))).toBe(
          last && canonical(last.amount),
        );
      }),
      { seed: 9, numRuns: 1_000 },
    );
  });
});
