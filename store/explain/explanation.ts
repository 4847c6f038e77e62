import type { Money } from '../../domain/money.ts';
import { closedFigures } from '../../domain/closing/next-revision.ts';
import type { Charge } from '../charges/charges.ts';
import type { Day } from '../../domain/calendar/zone-days.ts';
import type { DayCharge } from '../../domain/pricing/day-charge.ts';
import { differenceOf, needsRevision } from '../../domain/closing/revisions.ts';
import { totalOf, type UsageTotal } from '../usage/read.ts';
import type { TermsInEffect } from '../../domain/pricing/terms-of-day.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';

/** How the amount of an org's day came about: every level adds up to the one above, and the first is the charge. */
export interface Explanation {
  readonly orgId: string;
  readonly product: string;
  readonly day: Day;
  /** By the events and settings known now; undefined where the product had no subscription on that day. */
  readonly charge: DayCharge | undefined;
  /** The log's, by revision; none while the day is open, or if nothing was used. */
  readonly revisions: readonly Charge[];
  /** What the next revision will say, where late events are counted that the log does not tell of yet. */
  readonly pending: Pending | null;
  readonly terms: readonly TermsInEffect[];
  /** All calls of the day; `credits` is the charge's `used`. */
  readonly total: UsageTotal;
  readonly hours: readonly HourOfUse[];
  readonly breakdowns: readonly Breakdown[];
  /** The filter that finds the single calls in the call log. */
  readonly calls: { readonly from: number; readonly to: number; readonly product: string };
}

export interface Pending {
  readonly usedCredits: number;
  readonly deltaCredits: number;
  readonly deltaAmount: Money;
}

/** A clock hour (UTC) clipped to the day. Hours without calls are left out. */
export interface HourOfUse extends UsageTotal {
  readonly from: number;
  readonly to: number;
}

/** By whom, by what. `rule` is the cost rule that gave the credits. */
export const BREAKDOWNS = ['user', 'app', 'endpoint', 'rule'] as const;
export type BreakdownName = (typeof BREAKDOWNS)[number];

export interface Breakdown {
  readonly by: BreakdownName;
  /** Those with the most credits first. */
  readonly top: readonly (UsageTotal & { readonly value: string })[];
  /** All others together; zeros where `top` has them all. */
  readonly other: UsageTotal;
}

/** The hours of a day from rows of usage by hour (`hour`: its start). */
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

/** What the total has beyond the rows. */
export function otherThan(total: UsageTotal, rows: readonly UsageTotal[]): UsageTotal {
  const sum = totalOf(rows);
  return {
    calls: total.calls - sum.calls,
    credits: total.credits - sum.credits,
    rejected: total.rejected - sum.rejected,
  };
}

/**
 * Whether every level is of the same events: the hours add up to the total, and no `other` is less than nothing.
 * While calls of the day still land, figures that were read one after another may not.
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

/** The difference between what the log says last and what is known now; null where they agree or none is due. */
export function pendingOf(charge: DayCharge | undefined, revisions: readonly Charge[]): Pending | null {
  const last = revisions.at(-1);
  if (charge === undefined || last === undefined) return null;
  const closed = closedFigures(last);
  if (!needsRevision(closed, charge)) return null;
  const { deltaCredits, deltaAmount } = differenceOf(closed, charge);
  return { usedCredits: charge.used - last.used, deltaCredits, deltaAmount };
}
