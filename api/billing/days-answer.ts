import { Type, type Static } from 'typebox';
import type { Charge } from '../../store/charges/charges.ts';
import { canonical } from '../../domain/money.ts';
import { DateOfDay } from '../parameters/date.ts';
import { Instant } from '../parameters/instant.ts';
import { Amount } from './amounts.ts';
import { StatementDayAnswer, statementDayAnswer } from './day-answer.ts';
import type { Statement } from '../../store/statements/statement.ts';
import { formatInstant } from '../../domain/instants.ts';

export const AdjustmentAnswer = Type.Object(
  {
    day: DateOfDay,
    revision: Type.Integer({ minimum: 1 }),
    delta_credits: Type.Integer(),
    delta_amount: Amount,
    billed_in: Type.Object({ from: DateOfDay, to: DateOfDay }, { additionalProperties: false }),
    closed_at: Instant,
  },
  { additionalProperties: false },
);

export const BillingDaysAnswer = Type.Object(
  {
    org_id: Type.String(),
    product: Type.String(),
    currency: Type.String(),
    from: DateOfDay,
    to: DateOfDay,
    days: Type.Array(StatementDayAnswer),
    adjustments: Type.Array(AdjustmentAnswer, {
      description: 'Late differences, closed in the range, of days whose own statement was already final.',
    }),
    total: Type.Object(
      {
        billed_credits: Type.Integer(),
        amount: Amount,
        rounded_amount: Type.Union([Amount, Type.Null()]),
      },
      { additionalProperties: false, description: 'The days and the adjustments together.' },
    ),
  },
  { additionalProperties: false },
);
export type BillingDaysAnswer = Static<typeof BillingDaysAnswer>;

/** A statement as JSON, without its organisation, product and range. */
export function statementAnswer({
  currency,
  days,
  adjustments,
  total,
  rounded,
}: Statement): Pick<BillingDaysAnswer, 'currency' | 'days' | 'adjustments' | 'total'> {
  return {
    currency,
    days: days.map((day) => statementDayAnswer(day)),
    adjustments: adjustments.map((charge) => adjustmentAnswer(charge)),
    total: {
      billed_credits: total.credits,
      amount: canonical(total.amount),
      rounded_amount: rounded === null ? null : canonical(rounded),
    },
  };
}

export function adjustmentAnswer(charge: Charge): Static<typeof AdjustmentAnswer> {
  return {
    day: charge.day,
    revision: charge.revision,
    delta_credits: charge.delta_credits,
    delta_amount: canonical(charge.delta_amount),
    billed_in: { from: charge.billed_from, to: charge.billed_to },
    closed_at: formatInstant(charge.closed_at),
  };
}
