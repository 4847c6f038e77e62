import { ZERO } from '../money.ts';
import type { Money } from '../money.ts';
import type { DayCharge } from '../pricing/day-charge.ts';

/** What a revision keeps of a charge: the figures by which it differs from the one before. */
export type ClosedFigures = Pick<DayCharge, 'used' | 'included' | 'additionalLimit' | 'billed' | 'amount'>;

export interface RevisionDifference {
  readonly deltaCredits: number;
  readonly deltaAmount: Money;
}

/**
 * Whether a day's charge must be recorded as its next revision: the first one if credits were used, a later one if
 * used, included, limit, billed or amount changed (domain.md, Open, closed, final).
 */
export function needsRevision(closed: ClosedFigures | undefined, now: ClosedFigures): boolean {
  if (closed === undefined) return now.used > 0;
  return (
    closed.used !== now.used ||
    closed.included !== now.included ||
    closed.additionalLimit !== now.additionalLimit ||
    closed.billed !== now.billed ||
    !closed.amount.equals(now.amount)
  );
}

/** Billed credits and amount less those of the revision before (none: 0), signed. All of a day's add up to its last. */
export function differenceOf(closed: ClosedFigures | undefined, now: ClosedFigures): RevisionDifference {
  return {
    deltaCredits: now.billed - (closed?.billed ?? 0),
    deltaAmount: now.amount.minus(closed?.amount ?? ZERO),
  };
}
