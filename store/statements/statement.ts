import { billingPeriodsOf, type Period } from '../../domain/calendar/billing-periods.ts';
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

export interface StatementRequest extends StatementOf {
  /** Half-open local dates. */
  readonly from: LocalDate;
  readonly to: LocalDate;
}

/** Reads closed days from the log and computes the others from the calls known now. */
export async function readStatement(
  sources: StatementSources,
  request: StatementRequest,
): Promise<Statement> {
  const { org, subscription, catalogues, from, to } = request;
  const { clickhouse } = sources;
  const calendar = calendarOf(org.timeZone);
  const { periodOf } = billingPeriodsOf(calendar, org.billingDay);
  const days = calendar.daysByDates(from, to);
  const [fromInstant, toInstant] = [calendar.dayFrom(from).from, calendar.dayFrom(to).from];

  // In this order, a day that lands or closes in between is merely shown as open.
  const moment = await readMoment(sources, catalogues);
  const charges = await readCharges(clickhouse, {
    orgId: org.orgId,
    product: subscription.product,
    fromDate: from,
    toDate: to,
    closedFrom: Math.max(0, fromInstant),
    closedTo: toInstant,
  });
  const chargesByDay = new Map<LocalDate, Charge[]>();
  for (const charge of charges) {
    chargesByDay.set(charge.day, [...(chargesByDay.get(charge.day) ?? []), charge]);
  }
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
  const adjustments = adjustmentsOf(charges, periodOf, fromInstant, toInstant);
  const total = statementTotal(rows, adjustments);
  const book = priceBookAt(catalogues, fromInstant);
  return {
    currency: book.currency,
    days: rows,
    adjustments,
    total,
    rounded: isPeriod(periodOf(from), from, to) ? invoicedAmount(total.amount, book.minor_unit_digits) : null,
  };
}

function isPeriod(period: Period, from: LocalDate, to: LocalDate): boolean {
  return period.from === from && period.to === to;
}
