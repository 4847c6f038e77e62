import { Type, type Static } from 'typebox';
import { billingPeriodsOf } from '../../domain/calendar/billing-periods.ts';
import { allowanceOfDay } from '../../domain/pricing/allowance.ts';
import { invoicedAmount } from '../../domain/pricing/bill.ts';
import { limitChange } from '../../domain/pricing/estimate.ts';
import { priceOf } from '../../domain/pricing/slabs.ts';
import { subscriptionBefore, type SubscriptionFields } from '../../domain/settings/org-fields.ts';
import type { Outcome } from '../../domain/settings/state.ts';
import { readTotal } from '../../store/usage/read.ts';
import { priceBookAt, type Catalogues } from '../../domain/catalogues/catalogues.ts';
import { canonical, sumMoney, ZERO } from '../../domain/money.ts';
import type { OrgHistory } from '../../domain/settings/org-history.ts';
import { Amount, SlabsAnswer, slabsAnswer } from '../billing/amounts.ts';
import type { Sources } from '../dependencies.ts';
import { orgCalendar } from '../orgs/subscription.ts';
import { Credits } from '../parameters/counts.ts';
import { DateOfDay } from '../parameters/date.ts';
import { Instant } from '../parameters/instant.ts';
import { formatInstant } from '../../domain/instants.ts';

const strict = { additionalProperties: false };

export const WorstCase = Type.Object(
  {
    currency: Type.String(),
    day: Type.Object({ amount: Amount, slabs: SlabsAnswer }, strict),
    month: Type.Object(
      { from: DateOfDay, to: DateOfDay, days: Type.Integer(), amount: Amount, rounded_amount: Amount },
      { ...strict, description: 'The current billing period, each day priced by its own price book.' },
    ),
  },
  { ...strict, description: 'The highest cost of a day, and of a month of such days, with this limit.' },
);

/** The cost if the limit is used up on every day of the billing period that contains the instant. */
export function worstCase(
  org: OrgHistory,
  catalogues: Catalogues,
  limit: number,
  instant: number,
): Static<typeof WorstCase> {
  const calendar = orgCalendar(org);
  const { from, to } = billingPeriodsOf(calendar, org.billingDay).periodAt(instant);
  const days = calendar.daysByDates(from, to);
  const amount = sumMoney(days.map((day) => priceOf(priceBookAt(catalogues, day.from), limit).amount));
  const book = priceBookAt(catalogues, calendar.dayAt(instant).from);
  const today = priceOf(book, limit);
  return {
    currency: book.currency,
    day: { amount: canonical(today.amount), slabs: slabsAnswer(today.lines) },
    month: {
      from,
      to,
      days: days.length,
      amount: canonical(amount),
      rounded_amount: canonical(invoicedAmount(amount, book.minor_unit_digits)),
    },
  };
}

export const AddedToday = Type.Object(
  { day: DateOfDay, as_of: Instant, billable_credits: Credits, amount: Amount },
  {
    ...strict,
    description:
      'What the change adds to the charge of its day: credits already used over the old limit that become billable.',
  },
);

/**
 * What a change of the limit adds to its day (domain.md, The charge of a day). It depends only on the change and on
 * the settings and calls before it, so a repeated request gets the same answer.
 * @param fields of the subscription, the change included
 */
export async function addedToday(
  { clickhouse }: Pick<Sources, 'clickhouse'>,
  { org, fields, catalogues }: { org: OrgHistory; fields: SubscriptionFields; catalogues: Catalogues },
  { change, effectiveAt }: Outcome,
  limit: number,
): Promise<Static<typeof AddedToday>> {
  const { product, offset } = change;
  const day = orgCalendar(org).dayAt(effectiveAt);
  const allowance = allowanceOfDay(catalogues, subscriptionBefore(product, fields, offset), day);
  const { credits: used } = await readTotal(clickhouse, {
    orgId: org.orgId,
    from: day.from,
    to: effectiveAt,
    filters: { product },
  });
  const added = allowance
    ? limitChange(allowance, used, limit, priceBookAt(catalogues, day.from))
    : // The subscription begins on a later day.
      { credits: 0, amount: ZERO };
  return {
    day: day.date,
    as_of: formatInstant(effectiveAt),
    billable_credits: added.credits,
    amount: canonical(added.amount),
  };
}
