import { Type, type Static } from 'typebox';
import { formatInstant } from '../../domain/instants.ts';
import type { TermsInEffect } from '../../domain/pricing/terms-of-day.ts';
import { Credits } from '../parameters/counts.ts';
import { Instant } from '../parameters/instant.ts';

const strict = { additionalProperties: false };

/** The subscription's terms during a part of the day, and whether they determine the day's allowance. */
export const TermsAnswer = Type.Object(
  {
    from: Instant,
    to: Instant,
    edition: Type.String(),
    included: Credits,
    formula: Type.Object(
      { base: Credits, per_user: Credits, users: Credits, maximum: Type.Union([Credits, Type.Null()]) },
      { ...strict, description: 'included = min(maximum, base + per_user x users)' },
    ),
    decides_included: Type.Boolean({ description: 'Whether these are the day’s included credits.' }),
    additional_limit: Credits,
    decides_additional_limit: Type.Boolean({ description: 'Whether this is the day’s additional limit.' }),
    change: Type.Object(
      { effective_at: Instant, recorded_at: Instant, recorded_by: Type.String(), reason: Type.String() },
      { ...strict, description: 'The settings change that introduced these terms.' },
    ),
  },
  strict,
);

export function termsAnswer(terms: TermsInEffect): Static<typeof TermsAnswer> {
  const { from, to, allowance, change, decidesIncluded, decidesLimit } = terms;
  return {
    from: formatInstant(from),
    to: formatInstant(to),
    edition: allowance.edition,
    included: allowance.included,
    formula: allowance.formula,
    decides_included: decidesIncluded,
    additional_limit: allowance.additionalLimit,
    decides_additional_limit: decidesLimit,
    change: {
      effective_at: formatInstant(change.effectiveAt),
      recorded_at: formatInstant(change.recordedAt),
      recorded_by: change.recordedBy,
      reason: change.reason,
    },
  };
}
