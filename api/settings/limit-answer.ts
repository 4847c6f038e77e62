import { Type, type Static } from 'typebox';
import { billingPeriodsOf } from '../../aggregator/calendar/billing-periods.ts';
import { allowanceOfDay } from '../../aggregator/pricing/allowance.ts';
import { invoicedAmount } from '../../aggregator/pricing/bill.ts';
import { limitChange } from '../../aggregator/pricing/estimate.ts';
import { priceOf } from '../../aggregator/pricing/slabs.ts';
import { subscriptionBefore, type OrgFields } from '../../aggregator/settings/org-fields.ts';
import type { Outcome } from '../../aggregator/settings/state.ts';
import { readTotal } from '../../aggregator/usage/read.ts';
import { priceBookAt, type Catalogues } from '../../schemas/catalogues.ts';
import { canonical, sumMoney } from '../../schemas/money.ts';
import type { OrgHistory, Version } from '../../schemas/settings.ts';
import { Amount, Credits, SlabsAnswer, slabsAnswer } from '../billing/amounts.ts';
import type { Sources } from '../dependencies.ts';
import { orgCalendar } from '../orgs/subscription.ts';
import { DateOfDay } from '../parameters/date.ts';
import { formatInstant, Instant } from '../parameters/instant.ts';

const strict = { additionalProperties: false };

/** A limit that was set, is set or will be, with who and why. */
export const limitProperties = {
  credits: Credits,
  effective_at: Instant,
  recorded_at: Instant,
  recorded_by: Type.String(),
  reason: Type.String(),
};
const Limit = Type.Object(limitProperties, strict);

export function limitOf({ value, effectiveAt, ...version }: Version<number>): Static<typeof Limit> {
  return {
    credits: value,
    effective_at: formatInstant(effectiveAt),
    recorded_at: formatInstant(version.recordedAt),
    recorded_by: version.recordedBy,
    reason: version.reason,
  };
}

export const LaterLimits = Type.Array(Limit, { description: 'What is recorded already for later.' });

export const WorstCase = Type.Object(
  {
    currency: Type.String(),
    day: Type.Object({ amount: Amount, slabs: SlabsAnswer }, strict),
    month: Type.Object(
      { from: DateOfDay, to: DateOfDay, days: Type.Integer(), amount: Amount, rounded_amount: Amount },
      {
        ...strict,
        description: 'The billing period that holds the instant: each of its days by its own prices.',
      },
    ),
  },
  { ...strict, description: 'What a day, and a month of such days, cost at most at this limit.' },
);

/** The cost of a limit that is used up on every day of the billing period that holds an instant. */
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
      'What the change adds to the charge of the day on which it took effect, by the calls up to that instant: over-limit credits that are billable now.',
  },
);

/**
 * What a change of the limit adds to its day (domain.md, The charge of a day). A function of the change, the log
 * before it and the calls before it, so that a repeated request is answered the same.
 */
export async function addedToday(
  { clickhouse }: Pick<Sources, 'clickhouse'>,
  { org, fields, catalogues }: { org: OrgHistory; fields: OrgFields; catalogues: Catalogues },
  { change, effectiveAt }: Outcome,
  limit: number,
): Promise<Static<typeof AddedToday>> {
  const { product } = change;
  const day = orgCalendar(org).dayAt(effectiveAt);
  const terms = fields.subscriptions.get(product);
  const before = terms && subscriptionBefore(product, terms, change.offset);
  const allowance = before && allowanceOfDay(catalogues, before, day);
  const { credits: used } = await readTotal(clickhouse, {
    orgId: org.orgId,
    from: Math.max(0, day.from),
    to: effectiveAt,
    filters: { product },
  });
  // Where the subscription begins later nothing of this day is anybody's to pay.
  const added = allowance && limitChange(allowance, used, limit, priceBookAt(catalogues, day.from));
  return {
    day: day.date,
    as_of: formatInstant(effectiveAt),
    billable_credits: added?.credits ?? 0,
    amount: added === undefined ? '0' : canonical(added.amount),
  };
}
