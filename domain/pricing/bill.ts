import { Money, roundMinor, sumMoney } from '../money.ts';
import { assertCredits } from './credits.ts';

/** Billed credits and their exact amount. */
export interface Billed {
  readonly credits: number;
  readonly amount: Money;
}

/** What days and adjustments cost together, exact. */
export function totalOf(parts: readonly Billed[]): Billed {
  return {
    credits: parts.reduce((sum, part) => sum + part.credits, 0),
    amount: sumMoney(parts.map((part) => part.amount)),
  };
}

/** What is asked of the customer: a period's exact total, rounded this once (domain.md, half away from zero). */
export function invoicedAmount(periodTotal: Money, minorUnitDigits: number): Money {
  return roundMinor(periodTotal, minorUnitDigits);
}

/** D: how finely a mean that does not end is written; every exact amount has at most these decimals (see prices.ts). */
const MEAN_DECIMALS = 12;

/**
 * Where a period's bill is heading: accrued + mean of the period's closed days x days left (interfaces.md).
 * D: closed days without use count as zeros; days left are those that have not begun, as today is in the accrued;
 * without closed days nothing is expected beyond the accrued; credits are rounded to whole ones, half away from zero.
 */
export function projectedBill(accrued: Billed, closedDays: readonly Billed[], daysLeft: number): Billed {
  assertCredits({ daysLeft });
  if (closedDays.length === 0) return accrued;
  const closed = totalOf(closedDays);
  const expected = (sum: Money, decimals: number): Money =>
    sum.times(daysLeft).dividedBy(closedDays.length).toDecimalPlaces(decimals);
  return {
    credits: accrued.credits + expected(new Money(closed.credits), 0).toNumber(),
    amount: accrued.amount.plus(expected(closed.amount, MEAN_DECIMALS)),
  };
}
