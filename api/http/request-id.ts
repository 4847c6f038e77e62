import type { IncomingMessage } from 'node:http';

/** The ids that a caller may send, such as a UUID or a trace id: nothing that a log or a header must escape. */
const SAFE = /^[\w.:-]{1,64}$/;

/**
 * The request's id in answers, logs and ClickHouse's query log: the caller's own id if it sent a safe one, so that a
 * request can be traced across systems, else a new one. Callers may repeat an id, so it is not unique.
 */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>, mint: () => string): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && SAFE.test(given) ? given : mint();
}
