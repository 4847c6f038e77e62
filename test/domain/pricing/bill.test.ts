import * as fc from 'fast-check';
import { invoicedAmount, projectedBill, totalOf } from '../../../domain/pricing/bill.ts';
import type { Billed } from '../../../domain/pricing/bill.ts';
import { estimate, limitChange } from '../../../domain/pricing/estimate.ts';
import { bundledCatalogues, priceBookAt } from '../../../domain/catalogues/catalogues.ts';
import { Money, canonical, parseMoney } from '../../../domain/money.ts';

const book = priceBookAt(bundledCatalogues(), 0);

function billed(credits: number, amount: string): Billed {
  return { credits, amount: parseMoney(amount) };
}
function shown({ credits, amount }: Billed): [number, string] {
  return [credits, canonical(amount)];
}

describe('a period', () => {
  test('is rounded once, on its total: three days of 0.004 are 0.01, not 0', () => {
    const total = totalOf([billed(1, '0.004'), billed(2, '0.004'), billed(3, '0.004')]);
    expect(shown(total)).toEqual([6, '0.012']);
    expect(canonical(invoicedAmount(total.amount, 2))).toBe('0.01');
  });

  test('is rounded half away from zero to the currency’s minor unit, also for credit notes', () => {
    const rounded = ['0.005', '-0.005', '3.50006', '0.0049'].map((text) =>
      canonical(invoicedAmount(parseMoney(text), 2)),
    );
    expect(rounded).toEqual(['0.01', '-0.01', '3.5', '0']);
    expect(canonical(invoicedAmount(parseMoney('3.5'), 0))).toBe('4');
  });

  test('without charges costs nothing', () => {
    expect(shown(totalOf([]))).toEqual([0, '0']);
  });
});

describe('the projected bill', () => {
  test('is the accrued amount plus the mean of the closed days for each day left', () => {
    const closed = [billed(80_000, '6.8'), billed(0, '0'), billed(100_000, '8')];
    // mean 60,000 credits and 4.9333...; 10 days left
    expect(shown(projectedBill(billed(200_000, '16'), closed, 10))).toEqual([800_000, '65.333333333333']);
    expect(shown(projectedBill(billed(180_000, '14.8'), closed.slice(0, 2), 10))).toEqual([580_000, '48.8']);
  });

  test('is the accrued amount where no day is closed or left', () => {
    expect(shown(projectedBill(billed(5, '0.0007'), [], 30))).toEqual([5, '0.0007']);
    expect(shown(projectedBill(billed(5, '0.0007'), [billed(5, '0.0007')], 0))).toEqual([5, '0.0007']);
  });

  test('has whole credits and rounds half a credit up', () => {
    expect(shown(projectedBill(billed(0, '0'), [billed(1, '0.00014'), billed(0, '0')], 1))).toEqual([
      1,
      '0.00007',
    ]);
    expect(shown(projectedBill(billed(0, '0'), [billed(1, '0'), billed(0, '0'), billed(0, '0')], 1))).toEqual(
      [0, '0'],
    );
  });

  test('grows by exactly one more day for each day left where all closed days are equal', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 1e6 }),
        fc.integer({ min: 1, max: 31 }),
        fc.nat({ max: 31 }),
        (credits, days, left) => {
          const day = { credits, amount: new Money(credits).times('0.00014') };
          const closed = Array.from({ length: days }, () => day);
          const projected = projectedBill(totalOf(closed), closed, left);
          expect(projected.credits).toBe(credits * (days + left));
          expect(projected.amount.equals(day.amount.times(days + left))).toBe(true);
        },
      ),
      { seed: 10, numRuns: 500 },
    );
  });
});

describe('an estimate', () => {
  test('of 100,000 credits on 30 days is 240, of 80,000 on one day 6.8', () => {
    expect(canonical(estimate(book, 100_000, 30).amount)).toBe('240');
    expect(canonical(estimate(book, 80_000, 1).amount)).toBe('6.8');
    expect(canonical(estimate(book, 80_000, 30).amount)).toBe('204');
    expect(canonical(estimate(book, 80_000, 30).day.amount)).toBe('6.8');
  });

  test('of 0 days is 0, of half a day is an error', () => {
    expect(canonical(estimate(book, 80_000, 0).amount)).toBe('0');
    expect(() => estimate(book, 80_000, 0.5)).toThrow(/days is 0.5/);
  });
});

describe('a changed limit', () => {
  const today = { included: 52_500, additionalLimit: 100_000 };

  test.each([
    ['raised: over-limit credits of today become billable', 200_000, 120_000, [20_000, '1']],
    ['raised far: no more than the over-limit credits', 200_000, 1_000_000, [47_500, '2.375']],
    ['raised without over-limit credits: no change', 152_500, 120_000, [0, '0']],
    ['lowered: no change today', 200_000, 0, [0, '0']],
    ['set to the same value: no change', 200_000, 100_000, [0, '0']],
  ])('%s', (_, used, newLimit, expected) => {
    expect(shown(limitChange(today, used, newLimit, book))).toEqual(expected);
  });
});
