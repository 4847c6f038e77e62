import { ZERO } from '../money.ts';
import type { Money } from '../money.ts';
import type { DayCharge } from '../pricing/day-charge.ts';

/** The figures of a charge that make a new revision when they change. */
export type ClosedFigures = Pick<DayCharge, 'used' | 'included' | 'additionalLimit' | 'billed' | 'amount'>;

export interface RevisionDifference {
  readonly deltaCredits: number;
  readonly deltaAmount: Money;
}

/**
 * Whether a day's charge needs a new revision: the first one where credits were used, a later one where used, included,
 * limit, billed or amount changed (domain.md, Open, closed, final).
 * @param closed the last revision's figures; undefined for a day that was never closed
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

/** The signed change from the last revision (0 where there is none). The differences of a day add up to its last revision. */
export function differenceOf(closed: ClosedFigures | undefined, now: ClosedFigures): RevisionDifference {
  return {
    deltaCredits: now.billed - (closed?.billed ?? 0),
    deltaAmount: now.amount.minus(closed?.amount ?? ZERO),
  };
}
