import { Type, type Static } from 'typebox';
import { Amount } from '../billing/amounts.ts';
import { Credits } from '../parameters/counts.ts';
import { DateOfDay } from '../parameters/date.ts';
import { Instant } from '../parameters/instant.ts';

/**
 * One revision of one day’s charge (schemas/daily-charge.avsc), identified by org_id, product, day and revision. It is
 * answered as ClickHouse writes it (store/charges/read-revisions.ts).
 */
export const ChargeAnswer = Type.Object(
  {
    org_id: Type.String(),
    product: Type.String(),
    day: DateOfDay,
    from: Instant,
    to: Instant,
    revision: Type.Integer({ minimum: 1 }),
    calls: Credits,
    used: Credits,
    included: Credits,
    additional_limit: Credits,
    additional_used: Credits,
    over_limit: Credits,
    billed_credits: Credits,
    amount: Amount,
    delta_credits: Type.Integer({ description: 'billed_credits minus those of the previous revision.' }),
    delta_amount: Amount,
    currency: Type.String(),
    price_book: Type.String(),
    billed_in: Type.Object(
      { from: DateOfDay, to: DateOfDay },
      { additionalProperties: false, description: 'The period whose statement bills the difference.' },
    ),
    closed_at: Instant,
  },
  { additionalProperties: false },
);
export type ChargeAnswer = Static<typeof ChargeAnswer>;
