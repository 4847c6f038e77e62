import { Money, roundMinor, sumMoney } from '../money.ts';
import { assertCredits } from './credits.ts';

/** Billed credits and their exact amount. */
export interface Billed {
  readonly credits: number;
  readonly amount: Money;
}

/** The exact total of days and adjustments. */
export function totalOf(parts: readonly Billed[]): Billed {
  return {
    credits: parts.reduce((sum, part) => sum + part.credits, 0),
    amount: sumMoney(parts.map((part) => part.amount)),
  };
}

/** The amount on the invoice: a period's exact total, rounded once, half away from zero (domain.md). */
export function invoicedAmount(periodTotal: Money, minorUnitDigits: number): Money {
  return roundMinor(periodTotal, minorUnitDigits);
}

/** D: decimals of a mean that does not end; no exact amount has more (see RATE in prices.ts). */
const MEAN_DECIMALS = 12;

/**
 * The expected bill of a period: accrued + mean of the period's closed days x days left (interfaces.md, HTTP).
 * D: closed days without usage count as zeros. Days left are those that have not begun, as today is part of the
 * accrued. Without closed days the projection is the accrued. Credits are rounded to whole ones, half away from zero.
 * @throws CreditsError where daysLeft is not a whole number
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
