import type { Catalogues } from '../catalogues/catalogues.ts';
import type { Subscription, SubscriptionTerms, Version } from '../settings/org-history.ts';
import { changesWithin, inEffectAt } from '../versions.ts';
import { allowanceAt, type AllowanceAt } from './allowance.ts';

/** The terms of a subscription during an interval of a billing day, and the change of settings behind them. */
export interface TermsInEffect {
  /** Within the day, epoch milliseconds, half-open. */
  readonly from: number;
  readonly to: number;
  readonly allowance: AllowanceAt;
  /** The change in effect: who recorded it, when, and why. */
  readonly change: Version<SubscriptionTerms>;
  /** Whether this interval has the day's included credits: the highest of the day, the first of several equal ones. */
  readonly decidesIncluded: boolean;
  /** The same for the additional limit. */
  readonly decidesLimit: boolean;
}

/**
 * The terms of a day [from, to): one interval for each change of the subscription or of the edition catalogue in it.
 * The deciding intervals have the figures of allowanceOfDay. Empty where there was no subscription all day.
 * @throws UnknownEditionError
 */
export function termsOfDay(
  catalogues: Catalogues,
  subscription: Subscription,
  day: { readonly from: number; readonly to: number },
): readonly TermsInEffect[] {
  const changes = new Set([
    day.from,
    ...changesWithin(subscription.versions, day.from, day.to),
    ...changesWithin(catalogues.editions, day.from, day.to),
  ]);
  const starts = [...changes].toSorted((a, b) => a - b);
  const intervals = starts.flatMap((from, index) => {
    const change = inEffectAt(subscription.versions, from);
    const allowance = allowanceAt(catalogues, subscription, from);
    return change && allowance ? [{ from, to: starts[index + 1] ?? day.to, allowance, change }] : [];
  });
  const included = firstHighest(intervals.map(({ allowance }) => allowance.included));
  const limit = firstHighest(intervals.map(({ allowance }) => allowance.additionalLimit));
  return intervals.map((interval, index) =>
    Object.assign(interval, { decidesIncluded: index === included, decidesLimit: index === limit }),
  );
}

function firstHighest(figures: readonly number[]): number {
  return figures.indexOf(Math.max(...figures));
}
