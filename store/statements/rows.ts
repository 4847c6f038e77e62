import { finalAt, type Period } from '../../domain/calendar/billing-periods.ts';
import type { Day } from '../../domain/calendar/zone-days.ts';
import type { Charge } from '../charges/charges.ts';
import type { Allowance } from '../../domain/pricing/allowance.ts';
import type { DayCharge } from '../../domain/pricing/day-charge.ts';
import { priceOf, type SlabLine } from '../../domain/pricing/slabs.ts';
import type { PriceBook } from '../../domain/catalogues/prices.ts';
import { ZERO, type Money } from '../../domain/money.ts';
import {
  billedAsAdjustment,
  billedInOwnPeriod,
  laterFigures,
  type BilledAsAdjustment,
  type LaterFigures,
} from './later.ts';

/**
 * The rows of a statement (domain.md, Open, closed, final). D: the figures of a row are those that the day's own
 * period billed. Revisions billed in a later period stand beside the row (later.ts) and are adjustment lines of that
 * period only, so no difference is billed twice.
 */
export type DayStatus = 'open' | 'closed' | 'final';

export interface StatementDay {
  readonly day: Day;
  readonly status: DayStatus;
  /** False for a day that lies ahead: its zeros are not figures yet. */
  readonly hasBegun: boolean;
  /** False where the product had no subscription on the day, so that nothing is included and nothing billed. */
  readonly isSubscribed: boolean;
  /** The revision that the row shows; null where the day's own period billed none. */
  readonly revision: number | null;
  readonly used: number;
  readonly included: number;
  readonly additionalLimit: number;
  readonly additionalUsed: number;
  readonly billedCredits: number;
  readonly overLimit: number;
  readonly amount: Money;
  readonly slabs: readonly SlabLine[];
  /** Null unless more is known than the row of a final statement shows. */
  readonly later: LaterFigures | null;
  /** The differences that later periods bill, one for each period. */
  readonly billedAsAdjustment: readonly BilledAsAdjustment[];
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
  /** Epoch milliseconds. */
  readonly now: number;
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

/** One day of a statement. */
export function statementDay(facts: DayFacts, moment: Moment): StatementDay {
  const { day, period, charges, live } = facts;
  const isFinal = moment.chargesUntil >= finalAt(period);
  const own = charges.findLast((charge) => billedInOwnPeriod(charge, period));
  const late = charges.filter((charge) => !billedInOwnPeriod(charge, period));
  const isUnbilled = own === undefined && (isFinal || late.length > 0);
  // An ended day without usage needs no record in the log: time alone closes it.
  const isClosed = charges.length > 0 || ((live?.used ?? 0) === 0 && day.to <= moment.closableUntil);
  return {
    day,
    status: isFinal ? 'final' : isClosed ? 'closed' : 'open',
    hasBegun: day.from <= moment.now,
    isSubscribed: live !== undefined || charges.length > 0,
    ...(own !== undefined
      ? figuresOfRevision(own, moment.priceBook)
      : figuresWithoutRevision(live ?? allowanceOf(late), isUnbilled ? undefined : live)),
    later: laterFigures(late, isUnbilled ? live : undefined),
    billedAsAdjustment: billedAsAdjustment(late),
  };
}

type Figures = Omit<
  StatementDay,
  'day' | 'status' | 'hasBegun' | 'isSubscribed' | 'later' | 'billedAsAdjustment'
>;

function figuresOfRevision(charge: Charge, priceBook: Moment['priceBook']): Figures {
  const { billed_credits: billedCredits, amount, price_book } = charge;
  return {
    revision: charge.revision,
    used: charge.used,
    included: charge.included,
    additionalLimit: charge.additional_limit,
    additionalUsed: charge.additional_used,
    overLimit: charge.over_limit,
    billedCredits,
    amount,
    slabs: priceOf(priceBook(price_book), billedCredits).lines,
  };
}

/** @param billed what the day bills as it stands; undefined where its statement was made without it */
function figuresWithoutRevision(allowance: Allowance | undefined, billed: DayCharge | undefined): Figures {
  return {
    revision: null,
    used: billed?.used ?? 0,
    included: allowance?.included ?? 0,
    additionalLimit: allowance?.additionalLimit ?? 0,
    additionalUsed: billed?.additional ?? 0,
    overLimit: billed?.overLimit ?? 0,
    billedCredits: billed?.billed ?? 0,
    amount: billed?.amount ?? ZERO,
    slabs: billed?.lines ?? [],
  };
}

function allowanceOf(late: readonly Charge[]): Allowance | undefined {
  const last = late.at(-1);
  return last && { included: last.included, additionalLimit: last.additional_limit };
}
