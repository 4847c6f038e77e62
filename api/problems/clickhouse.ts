import { ClickHouseError } from '@clickhouse/client';
import { codeOf, messageOf } from './error-facts.ts';
import { Problem } from './problem.ts';

/** Codes of Node's network errors that mean that ClickHouse cannot be reached. */
const UNREACHABLE_CODES = new Set([
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
const UNREACHABLE_MESSAGES = new Set(['Timeout error.', 'socket hang up']);
/** By the request's signal. A client that is still connected gets it only after the request's timeout. */
const ABORTED_MESSAGE = 'The user aborted a request.';
/** The same by Node, where the signal aborts while the query is being sent. */
const ABORTED_CODE = 'ABORT_ERR';
/** ClickHouse's own error codes, from its system.errors. */
const TIMEOUT_EXCEEDED = '159';
const MEMORY_LIMIT_EXCEEDED = '241';
const TOO_MANY_ROWS_OR_BYTES = '396';
/**
 * UNKNOWN_TABLE and UNKNOWN_DATABASE: the migrations have not run yet. TOO_MANY_SIMULTANEOUS_QUERIES. The server is
 * starting or stopping. 192 to 194 and 516: it rejects the API's user and password.
 */
const NOT_READY = new Set(['60', '81', '192', '193', '194', '202', '203', '210', '236', '394', '516']);
/**
 * A shard of the cluster cannot be reached, or was lost while it answered: ATTEMPT_TO_READ_AFTER_EOF,
 * CANNOT_READ_FROM_SOCKET, CANNOT_WRITE_TO_SOCKET, UNEXPECTED_PACKET_FROM_SERVER, DNS_ERROR, SOCKET_TIMEOUT,
 * ALL_CONNECTION_TRIES_FAILED.
 */
const SHARD_AWAY = new Set(['32', '95', '96', '102', '198', '209', '279']);

export const RETRY_AFTER = { 'retry-after': '2' };

/** The Problem of a failed ClickHouse query, or undefined where the query itself is wrong. */
export function clickhouseProblem(error: unknown): Problem | undefined {
  if (error instanceof ClickHouseError) return answeredProblem(error);
  // The client's own errors carry no code.
  if (messageOf(error) === ABORTED_MESSAGE || codeOf(error) === ABORTED_CODE) return queryTimeout(error);
  const isUnreachable =
    UNREACHABLE_CODES.has(codeOf(error) ?? '') || UNREACHABLE_MESSAGES.has(messageOf(error));
  return isUnreachable ? unavailable(error) : undefined;
}

function answeredProblem(error: ClickHouseError): Problem | undefined {
  if (NOT_READY.has(error.code) || SHARD_AWAY.has(error.code)) return unavailable(error);
  if (error.code === TOO_MANY_ROWS_OR_BYTES) {
    return tooManyRows(error);
  }
  if (error.code === TIMEOUT_EXCEEDED) {
    return queryTimeout(error);
  }
  if (error.code !== MEMORY_LIMIT_EXCEEDED) return undefined;
  // "(total) memory limit exceeded" describes the server, not this query.
  if (error.message.includes('(total)')) return unavailable(error);
  return new Problem('query-too-large', 'Request a shorter range or fewer names in group_by.', {
    cause: error,
  });
}

export function tooManyRows(cause?: unknown): Problem {
  return new Problem(
    'too-many-rows',
    'Request pages of /usage with limit and cursor, or the largest groups with top. A shorter range, fewer names in group_by or filters also help.',
    { cause },
  );
}

export function queryTimeout(cause: unknown): Problem {
  return new Problem('query-timeout', 'Try again; a shorter range or fewer names in group_by is faster.', {
    cause,
    headers: RETRY_AFTER,
  });
}

function unavailable(cause: unknown): Problem {
  return new Problem('unavailable', 'ClickHouse does not answer: try again in a few seconds.', {
    cause,
    headers: RETRY_AFTER,
  });
}
