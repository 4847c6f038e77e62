import { Type, type Static } from 'typebox';
import type { Explanation, Pending } from '../../store/explain/explanation.ts';
import { BREAKDOWNS } from '../../store/explain/explanation.ts';
import type { TermsInEffect } from '../../domain/pricing/terms-of-day.ts';
import type { Charge } from '../../store/charges/charges.ts';
import type { DayCharge } from '../../domain/pricing/day-charge.ts';
import { canonical } from '../../domain/money.ts';
import { Amount, SlabsAnswer, slabsAnswer } from '../billing/amounts.ts';
import { Credits } from '../parameters/counts.ts';
import { DateOfDay } from '../parameters/date.ts';
import { Instant } from '../parameters/instant.ts';
import { formatInstant } from '../../domain/instants.ts';

const strict = { additionalProperties: false };
const sums = { calls: Credits, credits: Credits, rejected: Credits };
const Sums = Type.Object(sums, strict);

const ChargeAnswer = Type.Object(
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

const RevisionAnswer = Type.Object(
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

const TermsAnswer = Type.Object(
  {
    from: Instant,
    to: Instant,
    edition: Type.String(),
    included: Credits,
    formula: Type.Object(
      { base: Credits, per_user: Credits, users: Credits, maximum: Type.Union([Credits, Type.Null()]) },
      { ...strict, description: 'included = min(maximum, base + per_user x users)' },
    ),
    decides_included: Type.Boolean({ description: 'Whether the day’s included credits are these.' }),
    additional_limit: Credits,
    decides_additional_limit: Type.Boolean({ description: 'Whether the day’s limit is this one.' }),
    change: Type.Object(
      { effective_at: Instant, recorded_at: Instant, recorded_by: Type.String(), reason: Type.String() },
      { ...strict, description: 'The change of the settings that made it so.' },
    ),
  },
  strict,
);

export const ExplanationAnswer = Type.Object(
  {
    org_id: Type.String(),
    product: Type.String(),
    day: DateOfDay,
    from: Instant,
    to: Instant,
    charge: Type.Union([ChargeAnswer, Type.Null()], {
      description:
        'By the calls and settings known now; null where the product had no subscription on the day.',
    }),
    revisions: Type.Array(RevisionAnswer, { description: 'As closed; none while the day is open.' }),
    pending: Type.Union(
      [
        Type.Object(
          { used_credits: Type.Integer(), delta_credits: Type.Integer(), delta_amount: Amount },
          strict,
        ),
        Type.Null(),
      ],
      { description: 'What the next revision will say of calls that came after the last one.' },
    ),
    terms: Type.Array(TermsAnswer, {
      description: 'What was in effect during the day, one after the other.',
    }),
    total: Sums,
    hours: Type.Array(Type.Object({ from: Instant, to: Instant, ...sums }, strict), {
      description: 'Clock hours (UTC) clipped to the day, those with calls; they add up to the total.',
    }),
    breakdowns: Type.Array(
      Type.Object(
        {
          by: Type.Enum([...BREAKDOWNS]),
          top: Type.Array(Type.Object({ value: Type.String(), ...sums }, strict)),
          other: Type.Object(sums, { ...strict, description: 'All that `top` does not name.' }),
        },
        strict,
      ),
      { description: 'Those with the most credits first; each adds up to the total.' },
    ),
    calls: Type.String({ description: 'Where the single calls are found.' }),
  },
  strict,
);
type ExplanationAnswer = Static<typeof ExplanationAnswer>;

export function explanationAnswer(explanation: Explanation, calls: string): ExplanationAnswer {
  const { orgId, product, day, charge, revisions, pending, terms, total, hours, breakdowns } = explanation;
  return {
    org_id: orgId,
    product,
    day: day.date,
    from: formatInstant(day.from),
    to: formatInstant(day.to),
    charge: charge === undefined ? null : chargeAnswer(charge),
    revisions: revisions.map((revision) => revisionAnswer(revision)),
    pending: pending && pendingAnswer(pending),
    terms: terms.map((each) => termsAnswer(each)),
    total,
    hours: hours.map(({ from, to, calls: count, credits, rejected }) => ({
      from: formatInstant(from),
      to: formatInstant(to),
      calls: count,
      credits,
      rejected,
    })),
    breakdowns: breakdowns.map(({ by, top, other }) => ({ by, top: [...top], other })),
    calls,
  };
}

function chargeAnswer(charge: DayCharge): Static<typeof ChargeAnswer> {
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

function revisionAnswer(charge: Charge): Static<typeof RevisionAnswer> {
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

function pendingAnswer({ usedCredits, deltaCredits, deltaAmount }: Pending): ExplanationAnswer['pending'] {
  return { used_credits: usedCredits, delta_credits: deltaCredits, delta_amount: canonical(deltaAmount) };
}

function termsAnswer({ from, to, allowance, change, ...decides }: TermsInEffect): Static<typeof TermsAnswer> {
  return {
    from: formatInstant(from),
    to: formatInstant(to),
    edition: allowance.edition,
    included: allowance.included,
    formula: allowance.formula,
    decides_included: decides.decidesIncluded,
    additional_limit: allowance.additionalLimit,
    decides_additional_limit: decides.decidesLimit,
    change: {
      effective_at: formatInstant(change.effectiveAt),
      recorded_at: formatInstant(change.recordedAt),
      recorded_by: change.recordedBy,
      reason: change.reason,
    },
  };
}
