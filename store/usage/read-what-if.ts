import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { priceBookAt, type Catalogues } from '../../domain/catalogues/catalogues.ts';
import type { Money } from '../../domain/money.ts';
import type { OrgHistory, Subscription } from '../../domain/settings/org-history.ts';
import { billingPeriodsOf, type Period } from '../../domain/calendar/billing-periods.ts';
import { calendarOf } from '../../domain/calendar/calendar.ts';
import { invoicedAmount } from '../../domain/pricing/bill.ts';
import { whatIf, type OtherTerms, type WhatIf } from '../../domain/pricing/what-if.ts';
import { readUsedByDay } from './used-by-day.ts';

export interface PeriodWhatIf extends WhatIf {
  readonly currency: string;
  readonly period: Period;
  readonly roundedAsItWas: Money;
  readonly roundedAsItWouldBe: Money;
}

/**
 * The cost of the real usage of the last period that has ended, under its own and under other terms.
 * D: usage as the events are now. Late events that landed after the statement became final count on their day here.
 * @param now epoch milliseconds
 * @throws UnknownEditionError
 */
export async function readWhatIf(
  client: ClickHouseClient,
  request: {
    readonly org: OrgHistory;
    readonly subscription: Subscription;
    readonly catalogues: Catalogues;
    readonly otherTerms: OtherTerms;
  },
  now: number,
): Promise<PeriodWhatIf> {
  const { org, subscription, catalogues, otherTerms } = request;
  const calendar = calendarOf(org.timeZone);
  const periods = billingPeriodsOf(calendar, org.billingDay);
  const period = periods.periodAt(periods.periodAt(now).fromInstant - 1);
  const days = calendar.daysByDates(period.from, period.to);
  const usedByDay = await readUsedByDay(client, org.orgId, subscription.product, days);
  const usage = days.map((day) => ({ day, used: usedByDay.get(day.date) ?? 0 }));
  const answer = whatIf(catalogues, subscription, usage, otherTerms);
  const { currency, minor_unit_digits } = priceBookAt(catalogues, period.fromInstant);
  return {
    ...answer,
    currency,
    period,
    roundedAsItWas: invoicedAmount(answer.asItWas.amount, minor_unit_digits),
    roundedAsItWouldBe: invoicedAmount(answer.asItWouldBe.amount, minor_unit_digits),
  };
}
