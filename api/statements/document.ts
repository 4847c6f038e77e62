import { billingPeriodsOf } from '../../domain/calendar/billing-periods.ts';
import type { LocalDate } from '../../domain/calendar/dates.ts';
import { priceBookAt } from '../../domain/catalogues/catalogues.ts';
import { statementAnswer, type BillingDaysAnswer } from '../billing/days-answer.ts';
import { dateRangeOf, type DaysQuery } from '../billing/days-query.ts';
import { readStatement } from '../../store/statements/statement.ts';
import type { ApiDependencies, Sources } from '../dependencies.ts';
import { orgCalendar, readSubscription, timeZoneAt } from '../orgs/subscription.ts';
import { formatInstant } from '../../domain/instants.ts';
import type { Currency } from './formats.ts';

/** The content of a statement in any file format: the answer of /billing/days, and the heading's facts. */
export interface StatementDocument extends BillingDaysAnswer {
  /** Who issues the statement; its recipient is the organisation. */
  readonly issuer: string;
  readonly time_zone: string;
  readonly next_billing_date: LocalDate;
  readonly issued_at: string;
  /** The number of decimals of a period's rounded total. */
  readonly minor_unit_digits: number;
  /** The local date of an instant of the answer. */
  readonly localDateOf: (instant: string) => LocalDate;
}

export const currencyOf = ({ currency, minor_unit_digits }: StatementDocument): Currency => ({
  code: currency,
  minorUnitDigits: minor_unit_digits,
});

/** Throws the Problems of readSubscription and dateRangeOf. */
export async function readStatementDocument(
  sources: Sources & Pick<ApiDependencies, 'statementIssuer'>,
  orgId: string,
  query: DaysQuery,
): Promise<StatementDocument> {
  const now = sources.now();
  const requested = await readSubscription(sources, orgId, query.product);
  const { org, subscription, catalogues } = requested;
  const { from, to } = dateRangeOf(org, query, now);
  const calendar = orgCalendar(org);
  const statement = await readStatement({ ...sources, now: () => now }, { ...requested, from, to });
  return {
    org_id: org.orgId,
    product: subscription.product,
    from,
    to,
    ...statementAnswer(statement),
    issuer: sources.statementIssuer,
    time_zone: timeZoneAt(org, now),
    next_billing_date: billingPeriodsOf(calendar, org.billingDay).periodAt(now).to,
    issued_at: formatInstant(now),
    minor_unit_digits: priceBookAt(catalogues, now).minor_unit_digits,
    localDateOf: (instant) => calendar.dayAt(Date.parse(instant)).date,
  };
}
