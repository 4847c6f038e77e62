import type { PriceBook } from '../catalogues/prices.ts';
import { Money, ZERO } from '../money.ts';
import { priceOf } from '../pricing/slabs.ts';

/** What leases hold of a subscription, in credits. */
export interface HeldCredits {
  readonly all: number;
  /** Of leases that began before the day did, or too close to its beginning to know: of these, calls may be another day's. */
  readonly earlier: number;
}

/** A bound on grants besides the credits of 24 hours. */
export interface GrantBound {
  /** Leases that began before this instant count as earlier ones, epoch milliseconds. */
  readonly earlierBefore: number;
  /** How many more credits may be granted; negative where a cap was lowered. @param now epoch milliseconds */
  room(held: HeldCredits, now: number): number;
  /** Why a call of `needed` credits does not fit, and until when. */
  shortage(needed: number, held: HeldCredits): CapShortage;
}

/** What a cap has too little of. */
export interface CapShortage {
  readonly cap: Money;
  /** As far as it has landed. */
  readonly spent: Money;
  readonly currency: string;
  /** The credits that the cap lets the day use, included ones among them. */
  readonly dayCredits: number;
  /** When the next day, or the next billing period, has room for the call, epoch milliseconds; null for never. */
  readonly availableAt: number | null;
}

/** The spending of a billing period as far as it has landed. Amounts are exact. */
export interface SpendingReading {
  readonly cap: Money;
  /** The amounts of the period's other days, as they stand, and of adjustments that it bills. */
  readonly spent: Money;
  /** Today, epoch milliseconds. */
  readonly day: { readonly from: number; readonly to: number };
  /** When the billing period ends, epoch milliseconds. */
  readonly periodTo: number;
  /** Credits used today, and the day's included ones. */
  readonly used: number;
  readonly included: number;
  /** Of today. */
  readonly book: PriceBook;
  /** The highest rate per 1,000 credits of any price book of the period. */
  readonly highestRate: Money;
  readonly clockDifferenceMs: number;
}

/**
 * The cap of a billing period: the day's limit falls as the money is used.
 *
 * Proof that the bill never exceeds it. The bill is the sum over days of a graduated price, which never falls as
 * credits grow. Every admitted call that the reading does not contain is held by a lease. If it is today's, it is priced
 * with today's credits: `all` is added to them, as if every held credit were today's and none over the limit. If it is
 * another day's, its lease began before today did, so it is in `earlier` and priced in addition, at the highest rate
 * that a credit can have. A grant that keeps this sum within the cap keeps the bill within it, whatever of what is held
 * arrives, and on which day. Once the day has passed nothing is granted before the next reading.
 *
 * Leases that are never settled count here until their events would be too late to count at all (ledger.ts).
 */
export function spendingBound(reading: SpendingReading): GrantBound {
  const { cap, spent, day, periodTo, used, included, book, highestRate, clockDifferenceMs } = reading;
  /** The money that the day may cost, where what may be another day's costs the most that it can. */
  const leftFor = ({ earlier }: HeldCredits): Money =>
    cap.minus(spent).minus(highestRate.times(earlier).dividedBy(1000));

  /** D: a day like today, at today's prices. */
  function availableAt(needed: number, held: HeldCredits): number | null {
    const tomorrow = leftFor(held).minus(dayAmount(book, used + held.all, included));
    if (needed <= included + affordable(book, tomorrow)) return day.to + clockDifferenceMs;
    return needed <= included + affordable(book, cap) ? periodTo + clockDifferenceMs : null;
  }

  return {
    earlierBefore: day.from + clockDifferenceMs,
    room(held, now) {
      if (now >= day.to) return 0;
      return included + affordable(book, leftFor(held)) - used - held.all;
    },
    shortage: (needed, held) => ({
      cap,
      spent: spent.plus(dayAmount(book, used, included)),
      currency: book.currency,
      dayCredits: included + affordable(book, leftFor(held)),
      availableAt: availableAt(needed, held),
    }),
  };
}

/** The most credits of one day whose price is at most an amount. */
export function affordable({ slabs }: PriceBook, amount: Money): number {
  let left = amount;
  let credits = 0;
  for (const slab of slabs) {
    if (left.lessThan(ZERO)) return credits;
    const rate = new Money(slab.rate_per_1000);
    const most = rate.isZero() ? MAX_CREDITS : left.times(1000).dividedToIntegerBy(rate).toNumber();
    const taken = Math.min(most, slab.credits ?? MAX_CREDITS);
    credits = Math.min(MAX_CREDITS, credits + taken);
    if (slab.credits === null || taken < slab.credits) return credits;
    left = left.minus(rate.times(taken).dividedBy(1000));
  }
  return credits;
}

/** Far more than a day can use, and far below 2^53. */
const MAX_CREDITS = 1e12;

/** The amount of a day regardless of its limit: a limit that is raised later must not raise the bill over the cap. */
export const dayAmount = (book: PriceBook, used: number, included: number): Money =>
  priceOf(book, Math.max(0, used - included)).amount;
