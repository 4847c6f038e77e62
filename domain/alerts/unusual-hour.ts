import { countText, creditThreshold, shareOf, standing, type Measured } from './measured.ts';
import type { AlertRule } from './rules.ts';

/** The rule about an hour that used more than is usual: the median of the same hour of the past weeks. */

/** D: four weeks: one that was unusual itself does not move their median far. */
export const PAST_WEEKS = 4;

/** A user, app or endpoint that used more in the hour than in the same hour of the past weeks on average. */
export interface Cause {
  readonly dimension: string;
  readonly subject: string;
  readonly credits: number;
  /** On average, rounded down. */
  readonly usual: number;
}

/** The one that grew the most; undefined where none did. */
export function mainCause(causes: readonly Cause[]): Cause | undefined {
  const growth = ({ credits, usual }: Cause): number => credits - usual;
  const [first] = causes.toSorted((one, other) => growth(other) - growth(one));
  return first && growth(first) > 0 ? first : undefined;
}

/** As 14:00 */
const clock = (instant: number): string => new Date(instant).toISOString().slice(11, 16);

/**
 * @param given.hour its start, epoch milliseconds
 * @param given.usual credits; where it is 0 there is nothing to compare with, and nothing is unusual
 */
export function measureUnusualHour(
  { rule_id: ruleId, kind, percent = 100, credits: atLeast = 1 }: AlertRule,
  given: {
    readonly hour: number;
    readonly credits: number;
    readonly usual: number;
    readonly cause?: Cause | undefined;
  },
): Measured {
  const { hour, credits, usual, cause } = given;
  // From both conditions on: so much of what is usual, and so much more than it.
  const threshold = creditThreshold(0, Math.max(1, shareOf(usual, percent), usual + atLeast));
  const { isReached, isBelow, ...distances } = standing(credits, threshold);
  const comparable = usual > 0;
  const why = cause
    ? ` Mainly the ${cause.dimension} ${cause.subject}: ${countText(cause.credits)}, usually ${countText(cause.usual)}.`
    : '';
  return {
    ruleId,
    kind,
    subject: '',
    isReached: comparable && isReached,
    isBelow: !comparable || isBelow,
    threshold: String(threshold.raiseAt),
    value: String(credits),
    unit: 'credits',
    message:
      `From ${clock(hour)} to ${clock(hour + 3_600_000)} UTC ${countText(credits)} credits were used, ` +
      `usually ${countText(usual)}.${why}`,
    ...distances,
  };
}
