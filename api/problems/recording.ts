import { LogNotLandingError, LogUncertainError } from '../../platform/landed-log.ts';
import { RETRY_AFTER } from './clickhouse.ts';
import { Problem } from './problem.ts';

/** What could not be appended to a log, or may have been, as problems. */

export const unavailable = (detail: string, cause: unknown): Problem =>
  new Problem('unavailable', detail, { cause, headers: RETRY_AFTER });

export function tooManyRequests(cause: Error & { readonly retryAfterS: number }): Problem {
  const headers = { 'retry-after': String(cause.retryAfterS) };
  return new Problem('too-many-requests', cause.message, { cause, headers });
}

/** Whether the records may be in the log all the same. */
export const mayBeAppended = (error: unknown): boolean =>
  error instanceof LogNotLandingError || error instanceof LogUncertainError;
