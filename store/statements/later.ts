import type { Period } from '../../domain/calendar/billing-periods.ts';
import { totalOf, type Billed } from '../../domain/pricing/bill.ts';
import type { DayCharge } from '../../domain/pricing/day-charge.ts';
import type { Charge } from '../charges/charges.ts';

/**
 * What became known of a day after its own statement was final. It never changes the day's row; it stands beside it
 * (domain.md, Open, closed, final).
 */
export interface LaterFigures {
  /** The last revision; null while the calls are not closed yet. */
  readonly revision: number | null;
  readonly used: number;
  readonly additionalUsed: number;
  readonly overLimit: number;
}

/** What the statement of a later period bills for a day; negative where it takes back. */
export interface BilledAsAdjustment extends Billed {
  /** Half-open local dates. */
  readonly billedIn: { readonly from: string; readonly to: string };
}

/** Whether the statement of the day's own period bills a revision. */
export const billedInOwnPeriod = (charge: Charge, own: Period): boolean =>
  charge.billed_from === own.from && charge.billed_to === own.to;

/**
 * @param late the day's revisions that a later period bills, in their order
 * @param live the charge from the calls known now, for a day without any billed revision
 */
export function laterFigures(late: readonly Charge[], live: DayCharge | undefined): LaterFigures | null {
  const last = late.at(-1);
  if (last !== undefined) {
    const { revision, used, additional_used: additionalUsed, over_limit: overLimit } = last;
    return { revision, used, additionalUsed, overLimit };
  }
  if (live === undefined || live.used === 0) return null;
  return { revision: null, used: live.used, additionalUsed: live.additional, overLimit: live.overLimit };
}

/** What later periods bill for a day, one part for each period. Periods in which differences cancel out are left out. */
export function billedAsAdjustment(late: readonly Charge[]): readonly BilledAsAdjustment[] {
  return sumByPeriod(
    late.map(({ delta_credits: credits, delta_amount: amount, billed_from, billed_to }) => ({
      credits,
      amount,
      billedIn: { from: billed_from, to: billed_to },
    })),
  ).filter(({ credits, amount }) => credits !== 0 || !amount.isZero());
}

/** One sum for each period, in the order of their first parts. */
export function sumByPeriod(parts: readonly BilledAsAdjustment[]): readonly BilledAsAdjustment[] {
  const sums = new Map<string, BilledAsAdjustment>();
  for (const part of parts) {
    const key = part.billedIn.from;
    const sum = sums.get(key);
    sums.set(key, sum === undefined ? part : { ...totalOf([sum, part]), billedIn: part.billedIn });
  }
  return [...sums.values()];
}
