import type { BilledAsAdjustment, Day, Days, Explanation } from '../answers.ts';
import { number, periodName } from '../formats.ts';

/** What other periods' statements bill of a day, by the day's own row or the adjustments listed with it. */
export function adjustmentsOfDay(day: Day, listed: Days['adjustments']): readonly BilledAsAdjustment[] {
  if (day.billed_as_adjustment !== undefined) return day.billed_as_adjustment;
  return listed.filter((line) => line.day === day.day).map(asAdjustment);
}

/** The same from the day's revisions: those whose period does not contain the day. */
export function adjustmentsInRevisions(
  day: string,
  revisions: Explanation['revisions'],
): readonly BilledAsAdjustment[] {
  return revisions
    .filter(({ billed_in: { from, to } }) => day < from || day >= to)
    .filter(({ delta_credits, delta_amount }) => delta_credits !== 0 || delta_amount !== '0')
    .map(asAdjustment);
}

interface Line {
  readonly delta_credits: number;
  readonly delta_amount: string;
  readonly billed_in: BilledAsAdjustment['billed_in'];
}

const asAdjustment = ({ delta_credits, delta_amount, billed_in }: Line): BilledAsAdjustment => ({
  credits: delta_credits,
  amount: delta_amount,
  billed_in,
});

/** "10,000 billed in November 2026 as an adjustment". */
export function adjustmentText({ credits, billed_in }: BilledAsAdjustment): string {
  const verb = credits < 0 ? 'credited back' : 'billed';
  return `${number(Math.abs(credits))} ${verb} in ${periodName(billed_in)} as an adjustment`;
}

/** How the used credits of a day relate to its included credits and limit. */
export function usageText(day: Day): string {
  const { used, included, additional_used: additional, over_limit: over, additional_limit: limit } = day;
  if (additional === 0) return `${number(used)} used, within the included ${number(included)}.`;
  const sum = `${number(used)} used − ${number(included)} included = ${number(additional)} additional`;
  if (over === 0) return `${sum}.`;
  return `${sum}. Of these, ${number(over)} are over the limit of ${number(limit)} and not billed.`;
}
