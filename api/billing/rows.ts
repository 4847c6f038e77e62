import { finalAt, type Period } from '../../domain/calendar/billing-periods.ts';
import type { LocalDate } from '../../domain/calendar/dates.ts';
import type { Day } from '../../domain/calendar/zone-days.ts';
import type { Charge } from '../../store/charges/charges.ts';
import { totalOf, type Billed } from '../../domain/pricing/bill.ts';
import type { DayCharge } from '../../domain/pricing/day-charge.ts';
import { priceOf, type SlabLine } from '../../domain/pricing/slabs.ts';
import type { PriceBook } from '../../domain/catalogues/prices.ts';
import { ZERO, type Money } from '../../domain/money.ts';

/**
 * The rows of a statement (domain.md, Open, closed, final). D: the charge of a row is what the day's own period
 * billed. Revisions billed in a later period are adjustment lines of that period only, so no difference is billed
 * twice.
 */
export type DayStatus = 'open' | 'closed' | 'final';

export interface StatementDay {
  readonly day: Day;
  readonly status: DayStatus;
  /** The revision that the row shows; null where the log has none. */
  readonly revision: number | null;
  readonly used: number;
  readonly included: number;
  readonly additionalLimit: number;
  readonly additionalUsed: number;
  readonly billedCredits: number;
  readonly overLimit: number;
  readonly amount: Money;
  readonly slabs: readonly SlabLine[];
}

export interface DayFacts {
  readonly day: Day;
  /** The billing period that contains the day. */
  readonly period: Period;
  /** From the log, in the order of revisions. */
  readonly charges: readonly Charge[];
  /** The charge from the calls known now; undefined where the product had no subscription on that day. */
  readonly live: DayCharge | undefined;
}

export interface Moment {
  /**
   * Everything that Kafka appended to the log of charges before this instant has landed; epoch milliseconds. A
   * statement contains what was appended before it became final, so it is shown as final once all of that has landed.
   */
  readonly chargesUntil: number;
  /** Days that ended by this instant have landed and their grace is over; epoch milliseconds. */
  readonly closableUntil: number;
  /** The price book with this name. */
  readonly priceBook: (name: string) => PriceBook;
}

export const billedInOwnPeriod = (charge: Charge, own: Period): boolean =>
  charge.billed_from === own.from && charge.billed_to === own.to;

/** One day of a statement. */
export function statementDay(facts: DayFacts, moment: Moment): StatementDay {
  const { day, period, charges, live } = facts;
  const isFinal = moment.chargesUntil >= finalAt(period);
  const own = charges.findLast((charge) => billedInOwnPeriod(charge, period));
  const latest = own ?? charges.at(-1);
  if (latest !== undefined) {
    return {
      day,
      status: isFinal ? 'final' : 'closed',
      revision: latest.revision,
      used: latest.used,
      included: latest.included,
      additionalLimit: latest.additional_limit,
      additionalUsed: latest.additional_used,
      overLimit: latest.over_limit,
      ...(own === undefined ? NOTHING_BILLED : billedBy(own, moment.priceBook)),
    };
  }
  const used = live?.used ?? 0;
  // An ended day without usage needs no record in the log: time alone closes it.
  const isClosed = used === 0 && day.to <= moment.closableUntil;
  return {
    day,
    status: isFinal ? 'final' : isClosed ? 'closed' : 'open',
    revision: null,
    used,
    included: live?.included ?? 0,
    additionalLimit: live?.additionalLimit ?? 0,
    additionalUsed: live?.additional ?? 0,
    overLimit: live?.overLimit ?? 0,
    // A final statement bills nothing more: the charge of such a day becomes an adjustment once the day is closed.
    ...(isFinal || live === undefined ? NOTHING_BILLED : billedLive(live)),
  };
}

type BilledPart = Pick<StatementDay, 'billedCredits' | 'amount' | 'slabs'>;

const NOTHING_BILLED: BilledPart = { billedCredits: 0, amount: ZERO, slabs: [] };

function billedBy(charge: Charge, priceBook: Moment['priceBook']): BilledPart {
  const { billed_credits: billedCredits, amount, price_book } = charge;
  return { billedCredits, amount, slabs: priceOf(priceBook(price_book), billedCredits).lines };
}

function billedLive({ billed, amount, lines }: DayCharge): BilledPart {
  return { billedCredits: billed, amount, slabs: lines };
}

/**
 * The adjustment lines of a range, in the order of closing: revisions closed in [closedFrom, closedTo) that were not
 * billed in their day's own period. If the range is one billing period, these are exactly the lines billed in it.
 */
export function adjustmentsOf(
  charges: readonly Charge[],
  periodOf: (date: LocalDate) => Period,
  closedFrom: number,
  closedTo: number,
): readonly Charge[] {
  return (
    charges
      .filter(({ closed_at }) => closed_at >= closedFrom && closed_at < closedTo)
      .filter((charge) => !billedInOwnPeriod(charge, periodOf(charge.day)))
      // A revision that leaves the charge unchanged (usage within the allowance) is not an adjustment.
      .filter(({ delta_credits, delta_amount }) => delta_credits !== 0 || !delta_amount.isZero())
      .toSorted((a, b) => a.closed_at - b.closed_at || compare(a.day, b.day) || a.revision - b.revision)
  );
}

/** The exact total of rows and adjustment lines. */
export function statementTotal(days: readonly StatementDay[], adjustments: readonly Charge[]): Billed {
  return totalOf([
    ...days.map(({ billedCredits, amount }) => ({ credits: billedCredits, amount })),
    ...adjustments.map(({ delta_credits, delta_amount }) => ({
      credits: delta_credits,
      amount: delta_amount,
    })),
  ]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
