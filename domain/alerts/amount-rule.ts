import type { PriceBook } from '../catalogues/prices.ts';
import { canonical, Money } from '../money.ts';
import type { Measured } from './measured.ts';
import type { AlertRule } from './rules.ts';

/** The rules about the amount of the billing period, accrued or projected. */

/** As of credits (measured.ts). */
const RESOLVE_PERCENT = 95;
/** The days of the longest billing period. */
const MOST_DAYS = 31;

export interface PeriodAmount {
  /** The exact figure of /billing. */
  readonly amount: Money;
  readonly currency: string;
  /** The most that 1,000 credits cost. */
  readonly highestRate: Money;
  /** Days of the period that are closed: a projection is their mean for each day that is left. */
  readonly daysClosed: number;
}

/** The most that 1,000 credits cost by any price book. */
export function highestRateOf(books: readonly PriceBook[]): Money {
  const rates = books.flatMap(({ slabs }) => slabs.map(({ rate_per_1000 }) => new Money(rate_per_1000)));
  return Money.max(0, ...rates);
}

export function measureAmount(
  { rule_id: ruleId, kind, amount: threshold = '1' }: AlertRule,
  { amount, currency, highestRate, daysClosed }: PeriodAmount,
): Measured {
  const limit = new Money(threshold);
  const isReached = amount.gte(limit);
  const isProjected = kind === 'projected-amount';
  // A late call of a closed day counts for each day that is left, too.
  const perThousand = isProjected ? highestRate.times(1 + MOST_DAYS / Math.max(1, daysClosed)) : highestRate;
  const credits = perThousand.isZero()
    ? Infinity
    : limit.minus(amount).times(1_000).div(perThousand).ceil().toNumber();
  const value = canonical(amount);
  return {
    ruleId,
    kind,
    subject: '',
    isReached,
    isBelow: amount.lt(limit.times(RESOLVE_PERCENT).div(100)),
    threshold: canonical(limit),
    value,
    unit: currency,
    message: isProjected
      ? `The billing period is projected to cost ${value} ${currency}.`
      : `The billing period has accrued ${value} ${currency}.`,
    headroom: isReached ? 0 : Math.max(1, credits),
    excess: 0,
  };
}
