import { billedAsAdjustmentAnswer } from '../api/billing/day-answer.ts';
import { billedInOwnPeriod } from '../store/statements/later.ts';
import type { StatementDay } from '../store/statements/rows.ts';
import { adjustmentText } from '../api/statements/day-words.ts';
import { periodText } from '../api/statements/formats.ts';
import type { Period } from '../domain/calendar/billing-periods.ts';
import { canonical } from '../domain/money.ts';
import type { Charge } from '../store/charges/charges.ts';
import { count } from './table.ts';

/** Where the charge of a day is billed. */
export interface Billing {
  /** The billing period that contains the day. */
  readonly period: Period;
  /** The day as the statement of that period shows it. */
  readonly row: StatementDay;
}

/** What the day's own statement bills and what those of later periods add, in the words of the statement. */
export function billedInLines({ period, row }: Billing, currency: string): string[] {
  const { status, billedCredits, amount, billedAsAdjustment, later } = row;
  return [
    '',
    'billed',
    `  in the statement of ${periodText(period)} (${status}): ${count(billedCredits)} billed, ${currency} ${canonical(amount)}`,
    ...billedAsAdjustment.map(
      (part) => `  ${adjustmentText(billedAsAdjustmentAnswer(part))}: ${currency} ${canonical(part.amount)}`,
    ),
    ...(later?.revision === null
      ? [
          `  known after this statement was final, not closed yet: ${count(later.used)} used, ${count(later.additionalUsed)} additional`,
        ]
      : []),
  ];
}

/** "billed in November 2026 as an adjustment" @param period the day's own */
export function billedInText(charge: Charge, period: Period): string {
  const name = periodText({ from: charge.billed_from, to: charge.billed_to });
  return `billed in ${name}${billedInOwnPeriod(charge, period) ? '' : ' as an adjustment'}`;
}
