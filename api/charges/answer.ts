import { Type, type Static } from 'typebox';
import { Amount } from '../billing/amounts.ts';
import { Credits } from '../parameters/counts.ts';
import { DateOfDay } from '../parameters/date.ts';
import { Instant } from '../parameters/instant.ts';
import type { ChargeRow } from '../../store/charges/read-revisions.ts';
import { formatInstant } from '../../domain/instants.ts';

/** One revision of one day’s charge (schemas/daily-charge.avsc), identified by org_id, product, day and revision. */
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

/**
 * The answers of rows, of which a day has as many as organisations. Rows beside each other mostly have the same instants,
 * and writing one takes more than a microsecond: the three of a row as long as parsing it.
 */
export function chargeAnswers(rows: readonly ChargeRow[]): ChargeAnswer[] {
  const [from, to, closedAt] = [
    remembering(formatInstant),
    remembering(formatInstant),
    remembering(formatInstant),
  ];
  return rows.map((row) => ({
    org_id: row.org_id,
    product: row.product,
    day: row.day,
    revision: row.revision,
    calls: row.calls,
    used: row.used,
    included: row.included,
    additional_limit: row.additional_limit,
    additional_used: row.additional_used,
    over_limit: row.over_limit,
    billed_credits: row.billed_credits,
    delta_credits: row.delta_credits,
    currency: row.currency,
    price_book: row.price_book,
    from: from(row.day_from),
    to: to(row.day_to),
    amount: row.amount,
    delta_amount: row.delta_amount,
    billed_in: { from: row.billed_from, to: row.billed_to },
    closed_at: closedAt(row.closed_at),
  }));
}

/** The function, which computes again only for another instant than the last one. */
function remembering(textOf: (instant: number) => string): (instant: number) => string {
  let last: { readonly instant: number; readonly text: string } | undefined;
  return (instant) => {
    if (last?.instant !== instant) last = { instant, text: textOf(instant) };
    return last.text;
  };
}
