import type { IncomingMessage } from 'node:http';

/** What a caller may name its request: a UUID, a trace id; nothing that a log or a header must escape. */
const SANE = /^[\w.:-]{1,64}$/;

/**
 * The request's name in answers, logs and ClickHouse's query log: the caller's own where it sent a sane one, so that
 * a call can be followed from system to system, else a new one. Callers may repeat themselves: it is no key.
 */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>, mint: () => string): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && SANE.test(given) ? given : mint();
}
