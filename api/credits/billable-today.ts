import { Type, type Static } from 'typebox';
import type { Catalogues } from '../../domain/catalogues/catalogues.ts';
import type { Day } from '../../domain/calendar/zone-days.ts';
import { formatInstant } from '../../domain/instants.ts';
import { canonical } from '../../domain/money.ts';
import { chargeOfDay } from '../../domain/pricing/day-charge.ts';
import { Amount } from '../billing/amounts.ts';
import { Credits } from '../parameters/counts.ts';
import { DateOfDay } from '../parameters/date.ts';
import { Instant } from '../parameters/instant.ts';
import type { SubscriptionAt } from './subscription-at.ts';

/** What today costs. The rolling 24 hours cannot say it: they are not a day, and their limit may have been lowered. */
export const BillableToday = Type.Object(
  {
    day: DateOfDay,
    from: Instant,
    to: Instant,
    used: Credits,
    included: Credits,
    additional_limit: Credits,
    credits: Credits,
    over_limit: Credits,
    amount: Amount,
    currency: Type.String(),
  },
  {
    additionalProperties: false,
    description:
      'What the bill charges for the billing day that contains `as_of`, as /billing/days shows it: with `at`, for the calls before it. A billing day is a local date, not 24 hours, and its highest limit applies to all of it, so credits over a limit that was lowered today are billed.',
  },
);

/** A billing day's charge for its calls so far. @param used their credits */
export function billableToday(
  catalogues: Catalogues,
  { orgId, product, subscription }: SubscriptionAt,
  day: Day,
  used: number,
): Static<typeof BillableToday> {
  const charge = chargeOfDay(catalogues, subscription, day, used);
  if (charge === undefined) throw new Error(`${orgId} has no subscription of ${product} on ${day.date}.`);
  return {
    ...datesOf(day),
    used,
    included: charge.included,
    additional_limit: charge.additionalLimit,
    credits: charge.billed,
    over_limit: charge.overLimit,
    amount: canonical(charge.amount),
    currency: charge.priceBook.currency,
  };
}

const datesOf = ({ date, from, to }: Day) => ({
  day: date,
  from: formatInstant(from),
  to: formatInstant(to),
});
