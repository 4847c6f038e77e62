import { billingPeriodsOf, type Period } from '../../domain/calendar/billing-periods.ts';
import type { LocalDate } from '../../domain/calendar/dates.ts';
import { readCharges, type Charge } from '../../store/charges/charges.ts';
import { readConfirmed, readWatermark } from '../../store/progress/watermark.ts';
import { invoicedAmount, type Billed } from '../../domain/pricing/bill.ts';
import { chargeOfDay } from '../../domain/pricing/day-charge.ts';

import { readUsedByDay } from '../../store/usage/used-by-day.ts';
import { priceBookAt, type Catalogues } from '../../domain/catalogues/catalogues.ts';
import type { PriceBook } from '../../domain/catalogues/prices.ts';
import type { Money } from '../../domain/money.ts';
import type { Sources } from '../dependencies.ts';
import { orgCalendar, type RequestedSubscription } from '../orgs/subscription.ts';
import { RETRY_AFTER } from '../problems/clickhouse.ts';
import { Problem } from '../problems/problem.ts';
import { adjustmentsOf, statementDay, statementTotal, type StatementDay } from './rows.ts';
import { closableUntil } from '../../domain/closing/when-to-close.ts';

/** The days of a subscription in a range of local dates, and their total. */
export interface Statement {
  readonly currency: string;
  readonly days: readonly StatementDay[];
  readonly adjustments: readonly Charge[];
  readonly total: Billed;
  /** Null unless the range is exactly one billing period: only its total is rounded, once. */
  readonly rounded: Money | null;
}

export interface StatementRequest extends RequestedSubscription {
  /** Half-open local dates. */
  readonly from: LocalDate;
  readonly to: LocalDate;
}

/** Reads closed days from the log and computes the others from the calls known now. */
export async function readStatement(sources: Sources, request: StatementRequest): Promise<Statement> {
  const { org, subscription, catalogues, from, to } = request;
  const { clickhouse, timing } = sources;
  const calendar = orgCalendar(org);
  const { periodOf } = billingPeriodsOf(calendar, org.billingDay);
  const days = calendar.daysByDates(from, to);
  const [fromInstant, toInstant] = [calendar.dayFrom(from).from, calendar.dayFrom(to).from];

  // In this order, a day that lands or closes in between is merely shown as open.
  const now = sources.now();
  const [confirmed, charged] = await Promise.all([
    readConfirmed(clickhouse, sources.topics, now),
    readWatermark(clickhouse, sources.topics.dailyCharges, now),
  ]);
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

  const moment = {
    // Kafka's clock decides when a charge is appended, a consumer's clock when it landed: the delay covers both.
    chargesUntil: charged.confirmed - timing.sealDelayMs,
    closableUntil: closableUntil(confirmed, timing),
    priceBook: (name: string) => priceBookNamed(catalogues, name),
  };
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

/** Throws the Problem `unavailable` for a price book that has landed after the settings were read. */
function priceBookNamed({ prices }: Catalogues, name: string): PriceBook {
  const book = prices.find((each) => each.name === name);
  if (book !== undefined) return book;
  throw new Problem(
    'unavailable',
    `The price book ${JSON.stringify(name)} of a charge has only just landed: try again.`,
    {
      headers: RETRY_AFTER,
    },
  );
}
