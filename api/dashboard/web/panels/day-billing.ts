import type { BilledAsAdjustment, Day } from '../answers.ts';
import { number, periodName } from '../formats.ts';

/** "10,000 billed in November 2026 as an adjustment". */
export function adjustmentText({ credits, billed_in }: BilledAsAdjustment): string {
  const verb = credits < 0 ? 'credited back' : 'billed';
  return `${number(Math.abs(credits))} ${verb} in ${periodName(billed_in)} as an adjustment`;
}

type Usage = Pick<Day, 'used' | 'included' | 'additional_used' | 'over_limit' | 'additional_limit'>;

/** How the used credits of a day relate to its included credits and limit. */
export function usageText(day: Usage): string {
  const { used, included, additional_used: additional, over_limit: over, additional_limit: limit } = day;
  if (additional === 0) return `${number(used)} used, within the included ${number(included)}.`;
  const sum = `${number(used)} used − ${number(included)} included = ${number(additional)} additional`;
  if (over === 0) return `${sum}.`;
  return `${sum}. Of these, ${number(over)} are over the limit of ${number(limit)} and not billed.`;
}

/** What became known after the day's statement was final; undefined where nothing did. */
export function laterText(day: Day): string | undefined {
  if (day.later === null) return undefined;
  return `Known after this statement was final: ${usageText({ ...day, ...day.later })}`;
}
