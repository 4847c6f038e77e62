import type { PriceBook } from '../catalogues/prices.ts';
import type { Money } from '../money.ts';
import type { Allowance } from './allowance.ts';
import type { Billed } from './bill.ts';
import { assertCredits } from './credits.ts';
import { dayCharge } from './day-charge.ts';
import { differenceOf } from '../closing/revisions.ts';
import { priceOf } from './slabs.ts';
import type { Price } from './slabs.ts';

export interface Estimate {
  /** One such day. */
  readonly day: Price;
  /** So many of them, exact. */
  readonly amount: Money;
}

/** What so many additional credits a day cost, on so many days: 100,000 on 30 days are 240 (domain.md). */
export function estimate(book: PriceBook, credits: number, days: number): Estimate {
  assertCredits({ days });
  const day = priceOf(book, credits);
  return { day, amount: day.amount.times(days) };
}

/**
 * What a changed additional limit adds to today's bill: today's over-limit credits that it makes billable, and for
 * how much (domain.md, a raised limit holds for the whole current local day). A lowered one adds nothing.
 * @param today the day's allowance before the change, as allowanceOfDay gives it
 * @param used credits of the day so far
 */
export function limitChange(today: Allowance, used: number, newLimit: number, book: PriceBook): Billed {
  const before = dayCharge(today, used, book);
  const additionalLimit = Math.max(today.additionalLimit, newLimit);
  const { deltaCredits, deltaAmount } = differenceOf(
    before,
    dayCharge({ ...today, additionalLimit }, used, book),
  );
  return { credits: deltaCredits, amount: deltaAmount };
}
