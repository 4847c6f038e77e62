import type { PriceBook } from '../catalogues/prices.ts';
import { Money, sumMoney } from '../money.ts';
import { assertCredits } from './credits.ts';

/** The part of a day's billed credits that falls into one slab, and its amount. */
export interface SlabLine {
  readonly credits: number;
  readonly rate_per_1000: string;
  readonly amount: Money;
}

export interface Price {
  /** The slabs that contain credits, in their order; empty for 0 credits. */
  readonly lines: readonly SlabLine[];
  /** The sum of the lines, exact. */
  readonly amount: Money;
}

/**
 * The price of one day's billed credits, graduated: the credits in each slab at that slab's rate
 * (domain.md, The charge of a day; Z).
 * @throws CreditsError
 */
export function priceOf(book: PriceBook, credits: number): Price {
  assertCredits({ credits });
  const lines: SlabLine[] = [];
  let left = credits;
  for (const slab of book.slabs) {
    if (left === 0) break;
    const inSlab = slab.credits === null ? left : Math.min(left, slab.credits);
    const amount = new Money(inSlab).times(slab.rate_per_1000).dividedBy(1000);
    lines.push({ credits: inSlab, rate_per_1000: slab.rate_per_1000, amount });
    left -= inSlab;
  }
  return { lines, amount: sumMoney(lines.map((line) => line.amount)) };
}
