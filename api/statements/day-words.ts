import type { StatementDayAnswer } from '../billing/day-answer.ts';
import { creditsText, moneyText, periodText, type Currency } from './formats.ts';

/** The status of a day in a word or two, where "open" alone would mislead. */
export function statusText({ status, begun, subscribed, revision }: StatementDayAnswer): string {
  if (!subscribed) return 'no subscription';
  if (!begun) return 'not begun';
  return revision === null || revision === 1 ? status : `${status}, revision ${revision}`;
}

/** What became known of a day after its statement was final, and where that is billed; empty for other days. */
export function laterText(day: StatementDayAnswer, currency: Currency): string {
  const { later, billed_as_adjustment: adjustments } = day;
  if (later === null) return '';
  const { revision, used, additional_used: additional, over_limit: over } = later;
  const known = `${creditsText(used)} used, ${creditsText(additional)} additional`;
  const billed = adjustments.map(
    (part) => `${adjustmentText(part)}: ${moneyText(absolute(part.amount), currency)}`,
  );
  return [
    `Known after this statement was final: ${known}`,
    ...(revision === null ? ['not closed yet'] : billed.length === 0 ? ['nothing more is billed'] : billed),
    ...(over === 0 ? [] : [`${creditsText(over)} over the limit, not billed`]),
  ].join('; ');
}

/** "10,000 billed in November 2026 as an adjustment" */
export function adjustmentText({
  credits,
  billed_in,
}: StatementDayAnswer['billed_as_adjustment'][number]): string {
  const verb = credits < 0 ? 'credited back' : 'billed';
  return `${creditsText(Math.abs(credits))} ${verb} in ${periodText(billed_in)} as an adjustment`;
}

const absolute = (amount: string): string => amount.replace(/^-/, '');
