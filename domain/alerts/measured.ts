import type { Unit } from './alert.ts';

/** Where a rule stands for one subject, at an instant. */
export interface Measured {
  readonly ruleId: string;
  readonly kind: string;
  readonly subject: string;
  /** Raised from here on. */
  readonly isReached: boolean;
  /** Resolved from here on. Never together with isReached; between the two nothing changes. */
  readonly isBelow: boolean;
  readonly threshold: string;
  readonly value: string;
  readonly unit: Unit;
  readonly message: string;
  /** At least so many credits must land before it can be reached; 0 where it is. */
  readonly headroom: number;
  /** At least so many credits must leave the rolling 24 hours before it is below; 0 where it is. */
  readonly excess: number;
}

/** D: an alert is resolved when less than 95 % of its threshold is reached, so that a figure at it does not flap. */
const RESOLVE_PERCENT = 95n;

/** A threshold in credits, beyond a base, and where an alert at it is resolved. */
export interface CreditThreshold {
  readonly raiseAt: number;
  readonly resolveBelow: number;
}

/** @param beyond at least 1 */
export function creditThreshold(base: number, beyond: number): CreditThreshold {
  const resolveBelow = Number((BigInt(beyond) * RESOLVE_PERCENT + 99n) / 100n);
  return { raiseAt: base + beyond, resolveBelow: base + resolveBelow };
}

/** The whole credits from which on a share is reached. */
export const shareOf = (credits: number, percent: number): number =>
  Number((BigInt(credits) * BigInt(percent) + 99n) / 100n);

/** Where credits stand to a threshold. */
export const standing = (
  used: number,
  { raiseAt, resolveBelow }: CreditThreshold,
): Pick<Measured, 'isReached' | 'isBelow' | 'headroom' | 'excess'> => ({
  isReached: used >= raiseAt,
  isBelow: used < resolveBelow,
  headroom: Math.max(0, raiseAt - used),
  excess: Math.max(0, used - resolveBelow + 1),
});

/** A percentage to one decimal, rounded down, so that 100 is never shown of less. */
export const percentText = (part: number, whole: number): string =>
  whole === 0 ? '0' : String(Number((BigInt(part) * 1_000n) / BigInt(whole)) / 10);

/** For people: 84,105 */
export const countText = (count: number): string => count.toLocaleString('en-US');
