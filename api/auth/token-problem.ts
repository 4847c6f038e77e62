import { KeysUnavailableError } from '../../platform/tokens/key-cache.ts';
import { tokenErrorDetail } from '../../platform/tokens/token-error.ts';
import { Problem } from '../problems/problem.ts';
import { tokenInvalid } from './challenge.ts';

/**
 * The 401 that says what is wrong with a token. Where no key is known the token may be valid: a 401 would blame the
 * caller.
 * @param error of the verification by jose @param now epoch milliseconds
 */
export function tokenProblem(error: unknown, now: number, maxAgeMs: number): Problem {
  if (error instanceof KeysUnavailableError) {
    const headers = { 'retry-after': String(error.retryAfterS) };
    return new Problem('unavailable', error.message, { cause: error.cause, headers });
  }
  return tokenInvalid(tokenErrorDetail(error, now, maxAgeMs), error);
}
