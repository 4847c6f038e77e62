import { billingPeriodsOf } from '../../domain/calendar/billing-periods.ts';
import type { LocalDate } from '../../domain/calendar/dates.ts';
import { priceBookAt } from '../../domain/catalogues/catalogues.ts';
import { statementAnswer, type BillingDaysAnswer } from '../billing/days-answer.ts';
import { dateRangeOf, type DaysQuery } from '../billing/days-query.ts';
import { readStatement } from '../billing/statement.ts';
import type { Sources } from '../dependencies.ts';
import { orgCalendar, readSubscription, timeZoneAt } from '../orgs/subscription.ts';
import { formatInstant } from '../../domain/instants.ts';

/** What a statement says, whatever file it becomes: the answer of /billing/days itself, and what names it. */
export interface StatementDocument extends BillingDaysAnswer {
  readonly time_zone: string;
  readonly next_billing_date: LocalDate;
  readonly issued_at: string;
  /** To how many decimals a period's total is rounded. */
  readonly minor_unit_digits: number;
}

/** Throws the Problems of the range and the subscription. */
export async function readStatementDocument(
  sources: Sources,
  orgId: string,
  query: DaysQuery,
): Promise<StatementDocument> {
  const now = sources.now();
  const asked = await readSubscription(sources, orgId, query.product);
  const { org, subscription, catalogues } = asked;
  const { from, to } = dateRangeOf(org, query, now);
  const statement = await readStatement({ ...sources, now: () => now }, { ...asked, from, to });
  return {
    org_id: org.orgId,
    product: subscription.product,
    from,
    to,
    ...statementAnswer(statement),
    time_zone: timeZoneAt(org, now),
    next_billing_date: billingPeriodsOf(orgCalendar(org), org.billingDay).periodAt(now).to,
    issued_at: formatInstant(now),
    minor_unit_digits: priceBookAt(catalogues, now).minor_unit_digits,
  };
}
