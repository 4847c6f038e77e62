import type { PriceBook } from '../catalogues/prices.ts';
import type { Money } from '../money.ts';
import type { Allowance } from './allowance.ts';
import type { Billed } from './bill.ts';
import { assertCredits } from './credits.ts';
import { dayCharge } from './day-charge.ts';
import { priceOf } from './slabs.ts';
import type { Price } from './slabs.ts';

export interface Estimate {
  /** The price of one day. */
  readonly day: Price;
  /** The price of all days, exact. */
  readonly amount: Money;
}

/** The price of `credits` additional credits a day on `days` days: 100,000 on 30 days cost 240 (domain.md). @throws CreditsError */
export function estimate(book: PriceBook, credits: number, days: number): Estimate {
  assertCredits({ days });
  const day = priceOf(book, credits);
  return { day, amount: day.amount.times(days) };
}

/**
 * What a new additional limit adds to today's bill: the over-limit credits of today that become billable, and their
 * amount (domain.md, The charge of a day: a raised limit holds for the whole current local day). A lower limit adds
 * nothing.
 * @param today the day's allowance before the change, as allowanceOfDay returns it
 * @param used credits used on the day so far
 * @throws CreditsError
 */
export function limitChange(today: Allowance, used: number, newLimit: number, book: PriceBook): Billed {
  const before = dayCharge(today, used, book);
  const additionalLimit = Math.max(today.additionalLimit, newLimit);
  const after = dayCharge({ ...today, additionalLimit }, used, book);
  return { credits: after.billed - before.billed, amount: after.amount.minus(before.amount) };
}
