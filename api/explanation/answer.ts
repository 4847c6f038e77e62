import { Type, type Static } from 'typebox';
import { formatInstant } from '../../domain/instants.ts';
import { BREAKDOWNS, type Explanation } from '../../store/explain/explanation.ts';
import { StatementDayAnswer, statementDayAnswer } from '../billing/day-answer.ts';
import type { StatementDay } from '../../store/statements/rows.ts';
import { Credits } from '../parameters/counts.ts';
import { DateOfDay } from '../parameters/date.ts';
import { Instant } from '../parameters/instant.ts';
import {
  ChargeAnswer,
  chargeAnswer,
  PendingAnswer,
  pendingAnswer,
  RevisionAnswer,
  revisionAnswer,
} from './charge.ts';
import { TermsAnswer, termsAnswer } from './terms.ts';

const strict = { additionalProperties: false };
const sums = { calls: Credits, credits: Credits, rejected: Credits };
const Sums = Type.Object(sums, strict);

export const ExplanationAnswer = Type.Object(
  {
    org_id: Type.String(),
    product: Type.String(),
    day: DateOfDay,
    from: Instant,
    to: Instant,
    charge: Type.Union([ChargeAnswer, Type.Null()], {
      description:
        'From the calls and settings known now; null where the product had no subscription on the day.',
    }),
    statement: StatementDayAnswer,
    revisions: Type.Array(RevisionAnswer, {
      description: 'The closed revisions; none while the day is open.',
    }),
    pending: Type.Union([PendingAnswer, Type.Null()], {
      description: 'What the next revision will add for calls that arrived after the last one.',
    }),
    terms: Type.Array(TermsAnswer, { description: 'The terms in effect during the day, in order of time.' }),
    total: Sums,
    hours: Type.Array(Type.Object({ from: Instant, to: Instant, ...sums }, strict), {
      description: 'Clock hours (UTC) with calls, clipped to the day; they add up to the total.',
    }),
    breakdowns: Type.Array(
      Type.Object(
        {
          by: Type.Enum([...BREAKDOWNS]),
          top: Type.Array(Type.Object({ value: Type.String(), ...sums }, strict)),
          other: Type.Object(sums, { ...strict, description: 'Everything that `top` does not list.' }),
        },
        strict,
      ),
      { description: 'Most credits first; each adds up to the total.' },
    ),
    calls: Type.String({ description: 'The path of the day’s calls in the call log.' }),
  },
  strict,
);

/**
 * @param row the day as its statement shows it: what is billed for it, and in which period
 * @param calls the path of the day's calls in the call log
 */
export function explanationAnswer(
  explanation: Explanation,
  row: StatementDay,
  calls: string,
): Static<typeof ExplanationAnswer> {
  const { orgId, product, day, charge, revisions, pending, terms, total, hours, breakdowns } = explanation;
  return {
    org_id: orgId,
    product,
    day: day.date,
    from: formatInstant(day.from),
    to: formatInstant(day.to),
    charge: charge === undefined ? null : chargeAnswer(charge),
    statement: statementDayAnswer(row),
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
