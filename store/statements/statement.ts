import { billingPeriodsOf } from '../../domain/calendar/billing-periods.ts';
import type { LocalDate } from '../../domain/calendar/dates.ts';
import { readCharges, type Charge } from '../charges/charges.ts';
import { invoicedAmount, type Billed } from '../../domain/pricing/bill.ts';
import { chargeOfDay } from '../../domain/pricing/day-charge.ts';
import { readUsedByDay } from '../usage/used-by-day.ts';
import { priceBookAt } from '../../domain/catalogues/catalogues.ts';
import type { Money } from '../../domain/money.ts';
import { calendarOf } from '../../domain/calendar/calendar.ts';
import type { Catalogues } from '../../domain/catalogues/catalogues.ts';
import type { OrgHistory, Subscription } from '../../domain/settings/org-history.ts';
import { adjustmentsOf, statementTotal } from './adjustments.ts';
import { readMoment, type StatementSources } from './moment.ts';
import { statementDay, type StatementDay } from './rows.ts';

/** The days of a subscription in a range of local dates, and their total. */
export interface Statement {
  readonly currency: string;
  readonly days: readonly StatementDay[];
  readonly adjustments: readonly Charge[];
  readonly total: Billed;
  /** Null unless the range is exactly one billing period: only its total is rounded, once. */
  readonly rounded: Money | null;
}

/** Whose statement: an organisation, one of its subscriptions and the catalogues, all of one moment. */
export interface StatementOf {
  readonly org: OrgHistory;
  readonly subscription: Subscription;
  readonly catalogues: Catalogues;
}

/** Half-open local dates. */
export interface DateRange {
  readonly from: LocalDate;
  readonly to: LocalDate;
}

/** Reads closed days from the log and computes the others from the calls known now. */
export async function readStatement(
  sources: StatementSources,
  { from, to, ...requested }: StatementOf & DateRange,
): Promise<Statement> {
  const statementOf = await readStatements(sources, requested, { from, to });
  return statementOf({ from, to });
}

/**
 * Reads a range once for the statements of several ranges within it. @returns the statement of one of them; what lies
 * outside of `whole` it does not have
 */
export async function readStatements(
  sources: StatementSources,
  { org, subscription, catalogues }: StatementOf,
  whole: DateRange,
): Promise<(range: DateRange) => Statement> {
  const { clickhouse } = sources;
  const calendar = calendarOf(org.timeZone);
  const { periodOf } = billingPeriodsOf(calendar, org.billingDay);
  const days = calendar.daysByDates(whole.from, whole.to);
  const startOf = (date: LocalDate): number => calendar.dayFrom(date).from;

  // In this order, a day that lands or closes in between is merely shown as open.
  const moment = await readMoment(sources, catalogues);
  const charges = await readCharges(clickhouse, {
    orgId: org.orgId,
    product: subscription.product,
    fromDate: whole.from,
    toDate: whole.to,
    closedFrom: Math.max(0, startOf(whole.from)),
    closedTo: startOf(whole.to),
  });
  const chargesByDay = Map.groupBy(charges, ({ day }) => day);
  const first = days.findIndex(({ date }) => !chargesByDay.has(date));
  const last = days.findLastIndex(({ date }) => !chargesByDay.has(date));
  const live = first < 0 ? [] : days.slice(first, last + 1);
  const usedByDay = await readUsedByDay(clickhouse, org.orgId, subscription.product, live);
  const rows = days.map((day) =>
    statementDay(
      {
        day,
        period: periodOf(day.date),
        charges: chargesByDay.get(day.date) ?? [],
        live: chargeOfDay(catalogues, subscription, day, usedByDay.get(day.date) ?? 0),
      },
      moment,
    ),
  );
  return ({ from, to }) => {
    const own = rows.filter(({ day }) => day.date >= from && day.date < to);
    const adjustments = adjustmentsOf(charges, periodOf, startOf(from), startOf(to));
    const total = statementTotal(own, adjustments);
    const book = priceBookAt(catalogues, startOf(from));
    const isPeriod = periodOf(from).from === from && periodOf(from).to === to;
    return {
      currency: book.currency,
      days: own,
      adjustments,
      total,
      rounded: isPeriod ? invoicedAmount(total.amount, book.minor_unit_digits) : null,
    };
  };
}
