import type { Allowance } from '../pricing/allowance.ts';
import { assertCredits } from '../pricing/credits.ts';

/** The current usage: that of the rolling 24 hours (domain.md, Windows). All figures are credits. */
export interface CurrentUsage extends Allowance {
  readonly total: number;
  readonly used: number;
  readonly unused: number;
  readonly additionalUsed: number;
  readonly overLimit: number;
}

/**
 * The current usage against an allowance.
 * @param used credits of the window [as_of - 24 h, as_of)
 * @throws CreditsError
 */
export function currentUsageOf({ included, additionalLimit }: Allowance, used: number): CurrentUsage {
  assertCredits({ included, additionalLimit, used });
  const total = included + additionalLimit;
  return {
    included,
    additionalLimit,
    total,
    used,
    unused: Math.max(0, total - used),
    additionalUsed: Math.min(Math.max(0, used - included), additionalLimit),
    overLimit: Math.max(0, used - total),
  };
}
