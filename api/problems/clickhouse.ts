import { ClickHouseError } from '@clickhouse/client';
import { codeOf, messageOf } from './error-facts.ts';
import { Problem } from './problem.ts';

/** Codes of node's network errors that mean: no ClickHouse there, or not any more. */
const AWAY_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);
const AWAY_MESSAGES = new Set(['Timeout error.', 'socket hang up']);
/** By the request's signal, which a client that is still there sees only once its time is over. */
const ABORTED_MESSAGE = 'The user aborted a request.';
/** ClickHouse's own error codes, from its system.errors. */
const TIMEOUT_EXCEEDED = '159';
const MEMORY_LIMIT_EXCEEDED = '241';
const TOO_MANY_ROWS_OR_BYTES = '396';
/**
 * UNKNOWN_TABLE, UNKNOWN_DATABASE: migrations did not run yet. TOO_MANY_SIMULTANEOUS_QUERIES; SERVER is starting or
 * going. From 192 to 194 and 516: it does not take the API's user and password.
 */
const NOT_READY = new Set(['60', '81', '192', '193', '194', '202', '203', '210', '236', '394', '516']);

export const RETRY_AFTER = { 'retry-after': '2' };

/** What an error of a ClickHouse query means to the one who asked, or undefined where it is our own mistake. */
export function clickhouseProblem(error: unknown): Problem | undefined {
  if (error instanceof ClickHouseError) return answeredProblem(error);
  // The client's own errors carry no code.
  if (messageOf(error) === ABORTED_MESSAGE) return queryTimeout(error);
  const isAway = AWAY_CODES.has(codeOf(error) ?? '') || AWAY_MESSAGES.has(messageOf(error));
  return isAway ? unavailable(error) : undefined;
}

function answeredProblem(error: ClickHouseError): Problem | undefined {
  if (NOT_READY.has(error.code)) return unavailable(error);
  if (error.code === TOO_MANY_ROWS_OR_BYTES) {
    return new Problem(
      'too-many-rows',
      'Ask /usage for pages with limit and cursor or for the largest with top; or for a shorter range, for fewer names in group_by, or filter.',
      { cause: error },
    );
  }
  if (error.code === TIMEOUT_EXCEEDED) {
    return queryTimeout(error);
  }
  if (error.code !== MEMORY_LIMIT_EXCEEDED) return undefined;
  // "(total) memory limit exceeded" is the server's state, not this query's fault.
  if (error.message.includes('(total)')) return unavailable(error);
  return new Problem('query-too-large', 'Ask for a shorter range or for fewer names in group_by.', {
    cause: error,
  });
}

export function queryTimeout(cause: unknown): Problem {
  return new Problem('query-timeout', 'Try again; a shorter range or fewer names in group_by is faster.', {
    cause,
    headers: RETRY_AFTER,
  });
}

function unavailable(cause: unknown): Problem {
  return new Problem('unavailable', 'ClickHouse does not answer; try again in some seconds.', {
    cause,
    headers: RETRY_AFTER,
  });
}
