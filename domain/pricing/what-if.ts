import type { Catalogues } from '../catalogues/catalogues.ts';
import { ZERO } from '../money.ts';
import type { Subscription, SubscriptionTerms } from '../settings/org-history.ts';
import type { Day } from '../calendar/zone-days.ts';
import { totalOf, type Billed } from './bill.ts';
import { chargeOfDay, type DayCharge } from './day-charge.ts';

/** Other terms for a whole range of days; a term that is not given keeps its real values, including their changes. */
export type OtherTerms = Partial<SubscriptionTerms>;

export interface WhatIfDay {
  readonly day: Day;
  /** Both are undefined where the product had no subscription on that day. */
  readonly asItWas: DayCharge | undefined;
  readonly asItWouldBe: DayCharge | undefined;
}

export interface WhatIf {
  readonly days: readonly WhatIfDay[];
  /** Exact: only the total of a period is rounded (domain.md). */
  readonly asItWas: Billed;
  readonly asItWouldBe: Billed;
}

/** The cost of the same usage under other terms, day by day. @throws UnknownEditionError */
export function whatIf(
  catalogues: Catalogues,
  subscription: Subscription,
  usage: readonly { readonly day: Day; readonly used: number }[],
  otherTerms: OtherTerms,
): WhatIf {
  const versions = subscription.versions.map((version) =>
    Object.assign({}, version, { value: { ...version.value, ...otherTerms } }),
  );
  const other = { ...subscription, versions };
  const days = usage.map(({ day, used }) => ({
    day,
    asItWas: chargeOfDay(catalogues, subscription, day, used),
    asItWouldBe: chargeOfDay(catalogues, other, day, used),
  }));
  return {
    days,
    asItWas: totalOf(days.map(({ asItWas }) => billedOf(asItWas))),
    asItWouldBe: totalOf(days.map(({ asItWouldBe }) => billedOf(asItWouldBe))),
  };
}

function billedOf(charge: DayCharge | undefined): Billed {
  return charge ? { credits: charge.billed, amount: charge.amount } : { credits: 0, amount: ZERO };
}
