import { AuthorizationResponseError, ClientError } from 'openid-client';
import { SessionTooLargeError } from '../auth/sessions.ts';
import { codeOf } from '../problems/error-facts.ts';
import type { SignInProblem } from './problems.ts';

/** No answer in time, or not the answer of a provider that works. */
const UNAVAILABLE = new Set([
  'OAUTH_TIMEOUT',
  'OAUTH_ABORT',
  'OAUTH_PARSE_ERROR',
  'OAUTH_RESPONSE_IS_NOT_JSON',
]);

/** What the dashboard says of a failed exchange with the provider. Throws an error that is not one. */
export function signInProblemOf(error: unknown): SignInProblem {
  if (error instanceof SessionTooLargeError) return 'too-many-organisations';
  if (error instanceof AuthorizationResponseError) {
    return error.error === 'access_denied' ? 'cancelled' : 'rejected';
  }
  const code = String(codeOf(error));
  if (isUnreachable(error) || UNAVAILABLE.has(code) || statusOf(error) >= 500) return 'provider-unavailable';
  // A ClientError without a code is about an answer that the library does not expect, such as a broken key.
  if (code.startsWith('OAUTH_') || error instanceof ClientError) return 'rejected';
  throw error;
}

/** fetch says no more than that it failed; the cause says why. */
const isUnreachable = (error: unknown): boolean => error instanceof TypeError && error.cause instanceof Error;

/** Of the provider's answer; 0 where the error is not about its status. */
function statusOf(error: unknown): number {
  if (!(error instanceof Error)) return 0;
  if (error.cause instanceof Response) return error.cause.status;
  return 'status' in error && typeof error.status === 'number' ? error.status : 0;
}

/** For the log: never the provider's whole answer, which may hold tokens. */
export function failureFacts(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { reason: String(error) };
  const { message, cause } = error;
  return {
    reason: message,
    code: codeOf(error),
    ...('error' in error && { error: error.error }),
    ...('error_description' in error && { description: error.error_description }),
    ...(cause instanceof Error && { cause: cause.message }),
  };
}
