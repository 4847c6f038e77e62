import { priceBookAt } from '../catalogues/catalogues.ts';
import type { Catalogues } from '../catalogues/catalogues.ts';
import type { PriceBook } from '../catalogues/prices.ts';
import type { Money } from '../money.ts';
import type { Subscription } from '../settings/org-history.ts';
import { allowanceOfDay } from './allowance.ts';
import type { Allowance } from './allowance.ts';
import { assertCredits } from './credits.ts';
import { priceOf } from './slabs.ts';
import type { SlabLine } from './slabs.ts';

/** The charge of one billing day of one subscription (domain.md, The charge of a day). */
export interface DayCharge extends Allowance {
  readonly used: number;
  /** Credits used beyond the included ones, regardless of the limit. */
  readonly additional: number;
  /** The additional credits within the limit: these are charged. */
  readonly billed: number;
  /** The additional credits above the limit: recorded, never charged. */
  readonly overLimit: number;
  /** Exact, in the currency of the price book. */
  readonly amount: Money;
  /** How the billed credits fill the slabs of the price book. */
  readonly lines: readonly SlabLine[];
  readonly priceBook: PriceBook;
}

/** The charge for a number of used credits under a day's allowance and price book. @throws CreditsError */
export function dayCharge(
  { included, additionalLimit }: Allowance,
  used: number,
  priceBook: PriceBook,
): DayCharge {
  assertCredits({ included, additionalLimit, used });
  const additional = Math.max(0, used - included);
  const billed = Math.min(additional, additionalLimit);
  const { lines, amount } = priceOf(priceBook, billed);
  return {
    used,
    included,
    additionalLimit,
    additional,
    billed,
    overLimit: additional - billed,
    amount,
    lines,
    priceBook,
  };
}

/**
 * The charge of a billing day [from, to) under the settings in effect during the day and the price book in effect when
 * it starts. Undefined where the product had no subscription: its calls use no credits.
 * @throws CreditsError, UnknownEditionError
 */
export function chargeOfDay(
  catalogues: Catalogues,
  subscription: Subscription,
  day: { readonly from: number; readonly to: number },
  used: number,
): DayCharge | undefined {
  const allowance = allowanceOfDay(catalogues, subscription, day);
  if (allowance === undefined) return undefined;
  return dayCharge(allowance, used, priceBookAt(catalogues, day.from));
}
