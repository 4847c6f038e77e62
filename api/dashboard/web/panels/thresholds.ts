import type { AlertRules, Credits } from '../answers.ts';
import { number } from '../formats.ts';

/** A threshold of an alert, as a place on the bar of the current usage. */
export interface Threshold {
  readonly credits: number;
  readonly title: string;
}

type Bounds = Pick<Credits, 'included' | 'additional_limit' | 'total'>;

/** The thresholds that are credits of the rolling 24 hours, within the bar, each place once. */
export function thresholdsOf(
  rules: AlertRules['rules'],
  { included, additional_limit, total }: Bounds,
): readonly Threshold[] {
  const found = rules.flatMap(({ kind, percent = 0 }): (readonly [number, string])[] => {
    const share = (whole: number): number => Math.ceil((whole * percent) / 100);
    if (kind === 'total-share') return [[share(total), `${number(percent)} % of the total`]];
    if (kind === 'included-share') {
      return [[share(included), `${number(percent)} % of the included credits`]];
    }
    if (kind === 'additional-share' && additional_limit > 0) {
      return [[included + share(additional_limit), `${number(percent)} % of the additional limit`]];
    }
    return [];
  });
  const byPlace = new Map<number, string>();
  for (const [credits, title] of found) {
    if (credits > 0 && credits <= total) byPlace.set(credits, title);
  }
  return [...byPlace].map(([credits, title]) => ({
    credits,
    title: `Alert at ${number(credits)}: ${title}`,
  }));
}
