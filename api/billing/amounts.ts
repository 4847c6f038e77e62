import { Type, type Static } from 'typebox';
import type { Billed } from '../../domain/pricing/bill.ts';
import type { SlabLine } from '../../domain/pricing/slabs.ts';
import { canonical, CANONICAL } from '../../domain/money.ts';
import { Credits } from '../parameters/counts.ts';

/** Money in an answer (interfaces.md, HTTP). */
export const Amount = Type.String({
  pattern: CANONICAL.source,
  description: 'An exact decimal, canonical: no exponent, no trailing zeros.',
});

/** Negative where adjustments take back more than the days bill. */
export const BilledAnswer = Type.Object(
  { credits: Type.Integer(), amount: Amount },
  { additionalProperties: false },
);

export const SlabsAnswer = Type.Array(
  Type.Object(
    { credits: Credits, rate_per_1000: Type.String(), amount: Amount },
    { additionalProperties: false },
  ),
  { description: 'The price steps with credits; they add up to the amount.' },
);

export function billedAnswer({ credits, amount }: Billed): Static<typeof BilledAnswer> {
  return { credits, amount: canonical(amount) };
}

export function slabsAnswer(lines: readonly SlabLine[]): Static<typeof SlabsAnswer> {
  return lines.map((line) => ({ ...line, amount: canonical(line.amount) }));
}
