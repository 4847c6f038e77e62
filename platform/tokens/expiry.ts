import { DAY_MS, SECOND_MS } from '../../schemas/time-units.ts';

/** Seconds since 1970 that are clearly milliseconds: the year 5138. */
const MILLISECONDS_FROM = 1e11;
/** The last second that a Date can hold. */
const LAST_SECOND = 8.64e12;

/**
 * What is wrong with a token's `exp`, as a sentence: it must be a time, in seconds since 1970, and not further ahead
 * than tokens may live. Whether it has passed is not decided here.
 * @param now epoch milliseconds
 */
export function expiryProblem(exp: unknown, now: number, maxAgeMs: number): string | undefined {
  if (exp === undefined) return 'The token has no exp claim: tokens must expire.';
  if (typeof exp !== 'number' || !Number.isFinite(exp) || exp <= 0) {
    return 'The claim exp of the token must be a positive number of seconds since 1970.';
  }
  if (exp >= MILLISECONDS_FROM) {
    const what = exp <= LAST_SECOND * SECOND_MS ? 'looks like milliseconds' : 'is too large';
    return `The claim exp of the token must be in seconds since 1970: ${exp} ${what}.`;
  }
  const aheadMs = exp * SECOND_MS - now;
  if (aheadMs <= maxAgeMs) return undefined;
  return `The claim exp of the token is ${days(aheadMs)} days ahead: at most ${days(maxAgeMs)} are accepted (JWT_MAX_AGE_MS).`;
}

/** Rounded so that the two differ wherever the values do by a minute. */
const days = (ms: number): string => String(Number((ms / DAY_MS).toFixed(3)));
