import type { Period } from '../../domain/calendar/billing-periods.ts';
import type { LocalDate } from '../../domain/calendar/dates.ts';
import { totalOf, type Billed } from '../../domain/pricing/bill.ts';
import type { Charge } from '../charges/charges.ts';
import { billedInOwnPeriod } from './later.ts';
import type { StatementDay } from './rows.ts';

/**
 * The adjustment lines of a range, in the order of closing: revisions closed in [closedFrom, closedTo) that were not
 * billed in their day's own period. If the range is one billing period, these are exactly the lines billed in it.
 */
export function adjustmentsOf(
  charges: readonly Charge[],
  periodOf: (date: LocalDate) => Period,
  closedFrom: number,
  closedTo: number,
): readonly Charge[] {
  return (
    charges
      .filter(({ closed_at }) => closed_at >= closedFrom && closed_at < closedTo)
      .filter((charge) => !billedInOwnPeriod(charge, periodOf(charge.day)))
      // A revision that leaves the charge unchanged (usage within the allowance) is not an adjustment.
      .filter(({ delta_credits, delta_amount }) => delta_credits !== 0 || !delta_amount.isZero())
      .toSorted((a, b) => a.closed_at - b.closed_at || compare(a.day, b.day) || a.revision - b.revision)
  );
}

/** The exact total of rows and adjustment lines. */
export function statementTotal(days: readonly StatementDay[], adjustments: readonly Charge[]): Billed {
  return totalOf([
    ...days.map(({ billedCredits, amount }) => ({ credits: billedCredits, amount })),
    ...adjustments.map(({ delta_credits, delta_amount }) => ({
      credits: delta_credits,
      amount: delta_amount,
    })),
  ]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
