import * as fc from 'fast-check';
import { bundledCatalogues, priceBookAt } from '../../../domain/catalogues/catalogues.ts';
import { affordable, spendingBound } from '../../../domain/gate/spending.ts';
import { Money } from '../../../domain/money.ts';
import { priceOf } from '../../../domain/pricing/slabs.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';

const BOOK = priceBookAt(bundledCatalogues(), DAY_MS);

describe('the credits that an amount buys on one day', () => {
  it.each([
    ['0', 0],
    ['0.00014', 1],
    ['3.5', 25_000],
    ['3.50005', 25_000],
    ['6.8', 80_000],
    ['15.5', 250_000],
    ['34.25', 1_000_000],
  ])('are for %s USD %s', (amount, credits) => {
    expect(affordable(BOOK, new Money(amount))).toBe(credits);
  });

  it('cost no more than the amount, and one more would', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000 }), (cents) => {
        const amount = new Money(cents).dividedBy(1_000);
        const credits = affordable(BOOK, amount);
        expect(priceOf(BOOK, credits).amount.lessThanOrEqualTo(amount)).toBe(true);
        expect(priceOf(BOOK, credits + 1).amount.greaterThan(amount)).toBe(true);
      }),
    );
  });
});

describe('a spending cap', () => {
  const bound = spendingBound({
    cap: new Money('10'),
    spent: new Money('6.5'),
    day: { from: 0, to: DAY_MS },
    periodTo: 10 * DAY_MS,
    used: 1_000,
    included: 5_000,
    book: BOOK,
    highestRate: new Money('0.14'),
    clockDifferenceMs: 1_000,
  });

  it('grants the included credits and what the rest of the money buys', () => {
    expect(bound.room({ all: 0, earlier: 0 }, 1)).toBe(5_000 + 25_000 - 1_000);
  });

  it('takes away what leases hold, and prices what may be another day’s as well', () => {
    expect(bound.room({ all: 2_000, earlier: 0 }, 1)).toBe(27_000);
    expect(bound.room({ all: 2_000, earlier: 1_000 }, 1)).toBe(26_000);
  });

  it('grants nothing for a day that it has not read', () => {
    expect(bound.room({ all: 0, earlier: 0 }, DAY_MS)).toBe(0);
  });

  it('leaves the included credits where the money is gone', () => {
    const gone = spendingBound({
      cap: new Money('5'),
      spent: new Money('6.5'),
      day: { from: 0, to: DAY_MS },
      periodTo: 10 * DAY_MS,
      used: 1_000,
      included: 5_000,
      book: BOOK,
      highestRate: new Money('0.14'),
      clockDifferenceMs: 1_000,
    });
    expect(gone.room({ all: 0, earlier: 0 }, 1)).toBe(4_000);
  });

  it('says when there is room: with the next day’s included credits, the next period’s money, or never', () => {
    const nothing = { all: 0, earlier: 0 };
    const when = (needed: number) => bound.shortage(needed, nothing).availableAt;
    // Today has used no money yet: tomorrow has its own included credits and all that is left.
    expect(when(30_000)).toBe(DAY_MS + 1_000);
    // 10 USD buy 140,000 credits of a day: 25,000 for 3.5, 75,000 for 4.5 and 40,000 for 2.
    expect(when(30_001)).toBe(10 * DAY_MS + 1_000);
    expect(when(145_000)).toBe(10 * DAY_MS + 1_000);
    expect(when(145_001)).toBeNull();
    // What is held may be spent today.
    expect(bound.shortage(30_000, { all: 5_000, earlier: 0 }).availableAt).toBe(10 * DAY_MS + 1_000);
    expect(bound.shortage(1, nothing)).toMatchObject({ currency: 'USD', dayCredits: 30_000 });
    expect(bound.shortage(1, nothing).spent.toString()).toBe('6.5');
  });
});
