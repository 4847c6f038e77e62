import type { Money } from '../../domain/money.ts';
import { closedFigures } from '../../domain/closing/next-revision.ts';
import type { Charge } from '../charges/charges.ts';
import type { Day } from '../../domain/calendar/zone-days.ts';
import type { DayCharge } from '../../domain/pricing/day-charge.ts';
import { differenceOf, needsRevision } from '../../domain/closing/revisions.ts';
import { otherThan, type UsageTotal } from '../usage/read.ts';
import type { TermsInEffect } from '../../domain/pricing/terms-of-day.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';

/** How the charge of a day came about, level by level: every level adds up to the one above, the first to the charge. */
export interface Explanation {
  readonly orgId: string;
  readonly product: string;
  readonly day: Day;
  /** By the events and settings known now; undefined where the product had no subscription on that day. */
  readonly charge: DayCharge | undefined;
  /** In order; empty while the day is open, or if nothing was used. */
  readonly revisions: readonly Charge[];
  /** What the next revision will change, where late events have landed since the last one. */
  readonly pending: Pending | null;
  readonly terms: readonly TermsInEffect[];
  /** All calls of the day; `credits` is the charge's `used`. */
  readonly total: UsageTotal;
  readonly hours: readonly HourOfUse[];
  readonly breakdowns: readonly Breakdown[];
  /** The filter that selects these calls in the call log. */
  readonly calls: { readonly from: number; readonly to: number; readonly product: string };
}

export interface Pending {
  readonly usedCredits: number;
  readonly deltaCredits: number;
  readonly deltaAmount: Money;
}

/** The usage of a clock hour (UTC) clipped to the day. Hours without calls are left out. */
export interface HourOfUse extends UsageTotal {
  readonly from: number;
  readonly to: number;
}

/** The dimensions of the breakdowns. `rule` is the cost rule that gave the credits. */
export const BREAKDOWNS = ['user', 'app', 'route', 'endpoint', 'rule'] as const;
export type BreakdownName = (typeof BREAKDOWNS)[number];

export interface Breakdown {
  readonly by: BreakdownName;
  /** The values with the most credits, the largest first. */
  readonly top: readonly (UsageTotal & { readonly value: string })[];
  /** The sum of all other values; zeros where there are none. */
  readonly other: UsageTotal;
}

/** The hours of a day from rows of usage grouped by hour. */
export function hoursOfDay(
  day: Day,
  rows: readonly (UsageTotal & { readonly hour?: number | undefined })[],
): readonly HourOfUse[] {
  return rows.map(({ hour = day.from, calls, credits, rejected }) => ({
    from: Math.max(hour, day.from),
    to: Math.min(hour + HOUR_MS, day.to),
    calls,
    credits,
    rejected,
  }));
}

/**
 * Whether all levels describe the same events: the hours add up to the total, and no `other` is negative. Levels that
 * were read one after another may differ while calls of the day still land.
 */
export function addsUp({
  total,
  hours,
  breakdowns,
}: Pick<Explanation, 'total' | 'hours' | 'breakdowns'>): boolean {
  const rest = otherThan(total, hours);
  if (rest.calls !== 0 || rest.credits !== 0 || rest.rejected !== 0) return false;
  return breakdowns.every(({ other }) => Math.min(other.calls, other.credits, other.rejected) >= 0);
}

/** The difference between the last revision and the charge as known now; null where they agree or the day is not closed. */
export function pendingOf(charge: DayCharge | undefined, revisions: readonly Charge[]): Pending | null {
  const last = revisions.at(-1);
  if (charge === undefined || last === undefined) return null;
  const closed = closedFigures(last);
  if (!needsRevision(closed, charge)) return null;
  const { deltaCredits, deltaAmount } = differenceOf(closed, charge);
  return { usedCredits: charge.used - last.used, deltaCredits, deltaAmount };
}
