import { Type, type Static } from 'typebox';
import { billingPeriodsOf } from '../../domain/calendar/billing-periods.ts';
import { allowanceOfDay } from '../../domain/pricing/allowance.ts';
import { invoicedAmount } from '../../domain/pricing/bill.ts';
import { limitChange } from '../../domain/pricing/estimate.ts';
import { priceOf } from '../../domain/pricing/slabs.ts';
import { readTotal } from '../../store/usage/read.ts';
import { priceBookAt, type Catalogues } from '../../domain/catalogues/catalogues.ts';
import { canonical, sumMoney, ZERO } from '../../domain/money.ts';
import type { OrgHistory, Subscription } from '../../domain/settings/org-history.ts';
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
      'What the limit adds to the charge of its day: credits used over the old limit before `as_of` that become billable.',
  },
);

/**
 * What a new limit adds to the charge of its day (domain.md, The charge of a day). It depends only on the terms and
 * calls before `at`, so a repeated change gets the same answer.
 * @param subscription without the new limit
 * @param at when the limit takes effect, epoch milliseconds
 */
export async function addedToday(
  { clickhouse }: Pick<Sources, 'clickhouse'>,
  { org, subscription, catalogues }: { org: OrgHistory; subscription: Subscription; catalogues: Catalogues },
  at: number,
  limit: number,
): Promise<Static<typeof AddedToday>> {
  const { product } = subscription;
  const day = orgCalendar(org).dayAt(at);
  const allowance = allowanceOfDay(catalogues, subscription, day);
  const { credits: used } = await readTotal(clickhouse, {
    orgId: org.orgId,
    from: day.from,
    to: at,
    filters: { product },
  });
  const added = allowance
    ? limitChange(allowance, used, limit, priceBookAt(catalogues, day.from))
    : // The subscription begins on a later day.
      { credits: 0, amount: ZERO };
  return {
    day: day.date,
    as_of: formatInstant(at),
    billable_credits: added.credits,
    amount: canonical(added.amount),
  };
}
