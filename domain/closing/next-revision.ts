import type { Catalogues } from '../catalogues/catalogues.ts';
import type { DailyCharge } from '../../schemas/daily-charge.ts';
import { canonical, Money } from '../money.ts';
import { subscriptionOf, type OrgHistory } from '../settings/org-history.ts';
import { billedIn, billingPeriodsOf, finalAt } from '../calendar/billing-periods.ts';
import { calendarOf } from '../calendar/calendar.ts';
import type { Day } from '../calendar/zone-days.ts';
import { chargeOfDay } from '../pricing/day-charge.ts';
import { differenceOf, needsRevision, type ClosedFigures } from './revisions.ts';

/** The usage of one product by an organisation on one day. */
export interface DayUsage {
  readonly orgId: string;
  readonly product: string;
  readonly calls: number;
  readonly credits: number;
}

/** The last landed revision of a closed day. `day` is a local date, `amount` a decimal. */
export interface Revision {
  readonly org_id: string;
  readonly product: string;
  readonly day: string;
  readonly revision: number;
  readonly calls: number;
  readonly used: number;
  readonly included: number;
  readonly additional_limit: number;
  readonly billed_credits: number;
  readonly amount: string;
}

/**
 * The next revision of a day's charge as a record of the topic `daily-charges`. Undefined where none is needed: the
 * product has no subscription, nothing was used, or the last revision has the same figures.
 * @param last the day's last landed revision
 * @param closedAt epoch milliseconds; decides which period bills a late difference. The consumer drops a record that
 *   is appended after the statement of that period became final (consumers/write/charges-log.ts); the aggregator then
 *   makes another one.
 */
export function nextChargeRecord(
  catalogues: Catalogues,
  history: OrgHistory,
  day: Day,
  usage: DayUsage,
  last: Revision | undefined,
  closedAt: number,
): DailyCharge | undefined {
  const subscription = subscriptionOf(history, usage.product);
  const charge = subscription && chargeOfDay(catalogues, subscription, day, usage.credits);
  if (!charge) return undefined;
  const closed = last && closedFigures(last);
  if (!needsRevision(closed, charge)) return undefined;

  const { deltaCredits, deltaAmount } = differenceOf(closed, charge);
  const period = billedIn(billingPeriodsOf(calendarOf(history.timeZone), history.billingDay), day, closedAt);
  return {
    org_id: usage.orgId,
    product: usage.product,
    day: day.date,
    revision: (last?.revision ?? 0) + 1,
    day_from: day.from,
    day_to: day.to,
    calls: usage.calls,
    used: charge.used,
    included: charge.included,
    additional_limit: charge.additionalLimit,
    additional_used: charge.additional,
    billed_credits: charge.billed,
    over_limit: charge.overLimit,
    amount: canonical(charge.amount),
    delta_credits: deltaCredits,
    delta_amount: canonical(deltaAmount),
    currency: charge.priceBook.currency,
    price_book: charge.priceBook.name,
    billed_from: period.from,
    billed_to: period.to,
    closed_at: closedAt,
    append_before: finalAt(period),
  };
}

/** The figures of a recorded revision, as needsRevision compares them. */
export function closedFigures(
  last: Omit<Revision, 'amount' | 'org_id' | 'product' | 'calls'> & { readonly amount: string | Money },
): ClosedFigures {
  return {
    used: last.used,
    included: last.included,
    additionalLimit: last.additional_limit,
    billed: last.billed_credits,
    amount: new Money(last.amount),
  };
}
