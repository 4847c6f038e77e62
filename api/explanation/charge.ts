import { Type, type Static } from 'typebox';
import type { DayCharge } from '../../domain/pricing/day-charge.ts';
import { canonical } from '../../domain/money.ts';
import { formatInstant } from '../../domain/instants.ts';
import type { Charge } from '../../store/charges/charges.ts';
import type { Pending } from '../../store/explain/explanation.ts';
import { Amount, SlabsAnswer, slabsAnswer } from '../billing/amounts.ts';
import { Credits } from '../parameters/counts.ts';
import { DateOfDay } from '../parameters/date.ts';
import { Instant } from '../parameters/instant.ts';

const strict = { additionalProperties: false };

/** A day's charge as the calls and settings known now make it. */
export const ChargeAnswer = Type.Object(
  {
    used: Credits,
    included: Credits,
    additional_used: Credits,
    additional_limit: Credits,
    billed_credits: Credits,
    over_limit: Credits,
    amount: Amount,
    currency: Type.String(),
    price_book: Type.String(),
    slabs: SlabsAnswer,
  },
  strict,
);

/** A closed revision of the charge. */
export const RevisionAnswer = Type.Object(
  {
    revision: Type.Integer({ minimum: 1 }),
    closed_at: Instant,
    used: Credits,
    billed_credits: Credits,
    amount: Amount,
    delta_credits: Type.Integer(),
    delta_amount: Amount,
    billed_in: Type.Object({ from: DateOfDay, to: DateOfDay }, strict),
  },
  strict,
);

/** What differs between the last revision and the charge known now. */
export const PendingAnswer = Type.Object(
  { used_credits: Type.Integer(), delta_credits: Type.Integer(), delta_amount: Amount },
  strict,
);

export function chargeAnswer(charge: DayCharge): Static<typeof ChargeAnswer> {
  return {
    used: charge.used,
    included: charge.included,
    additional_used: charge.additional,
    additional_limit: charge.additionalLimit,
    billed_credits: charge.billed,
    over_limit: charge.overLimit,
    amount: canonical(charge.amount),
    currency: charge.priceBook.currency,
    price_book: charge.priceBook.name,
    slabs: slabsAnswer(charge.lines),
  };
}

export function revisionAnswer(charge: Charge): Static<typeof RevisionAnswer> {
  return {
    revision: charge.revision,
    closed_at: formatInstant(charge.closed_at),
    used: charge.used,
    billed_credits: charge.billed_credits,
    amount: canonical(charge.amount),
    delta_credits: charge.delta_credits,
    delta_amount: canonical(charge.delta_amount),
    billed_in: { from: charge.billed_from, to: charge.billed_to },
  };
}

export function pendingAnswer(pending: Pending): Static<typeof PendingAnswer> {
  const { usedCredits, deltaCredits, deltaAmount } = pending;
  return { used_credits: usedCredits, delta_credits: deltaCredits, delta_amount: canonical(deltaAmount) };
}
