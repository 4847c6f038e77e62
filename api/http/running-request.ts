import { AsyncLocalStorage } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';
import { subjectOf } from '../auth/permissions.ts';
import { queryTimeout } from '../problems/clickhouse.ts';
import { Problem } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';

/** The request on whose behalf work is done. */
export interface RunningRequest {
  readonly id: string;
  /** Aborts when the client disconnects or the request has taken too long. */
  readonly signal: AbortSignal;
  /** Whose share of the connections its queries use: the organisation's, else the caller's; undefined for no one's. */
  readonly holder?: string | undefined;
}

const running = new AsyncLocalStorage<RunningRequest>();

/**
 * D: the number of requests that one subject may run at once, so that subjects do not block each other. Browsers open
 * six connections.
 */
const MAX_AT_ONCE = 8;
/** One error for all: abort() without a reason would create an exception and its stack trace for each request. */
const ENDED = new Error('the request has ended');

/**
 * Makes the request known to all code that its handler calls, so that every query ends with its request.
 * Fastify's request.signal does not serve: 5.12 aborts it as soon as a body has been read, and then handlerTimeout
 * never fires. Throws the Problem `too-many-requests` while the subject runs too many requests.
 * @param timeoutMs for routes without a handlerTimeout of their own
 */
export function followRequests(app: ApiServer, timeoutMs: number): void {
  const counts = new Map<string, number>();
  // The last hook before the handler: parsing a body leaves the async context of earlier hooks.
  app.addHook('preHandler', (request, { raw: answer }, done) => {
    const { id, caller, params, routeOptions } = request;
    const { socket } = request.raw;
    const subject = caller && subjectOf(caller);
    const count = subject === null ? 0 : (counts.get(subject) ?? 0);
    if (count >= MAX_AT_ONCE) return done(tooManyAtOnce());
    if (subject !== null) counts.set(subject, count + 1);
    const end = new AbortController();
    // One listener for each query or pipelined request. Node would report more than ten as a leak.
    setMaxListeners(0, end.signal, socket);
    const limitMs = routeOptions.handlerTimeout || timeoutMs;
    const timer = setTimeout(() => end.abort(queryTimeout(undefined)), limitMs);
    // The answer was sent, or the client has gone. A pipelined answer that waits does not close with its socket.
    const closing = [answer, socket];
    const ended = (): void => {
      for (const each of closing) each.off('close', ended);
      clearTimeout(timer);
      end.abort(ENDED);
      if (subject === null) return;
      const left = (counts.get(subject) ?? 1) - 1;
      if (left > 0) counts.set(subject, left);
      else counts.delete(subject);
    };
    for (const each of closing) each.once('close', ended);
    if (socket.destroyed) ended();
    const org: unknown = Object(params).org;
    const holder = typeof org === 'string' ? `org ${org}` : (subject ?? undefined);
    running.run({ id, signal: end.signal, holder }, done);
  });
}

const tooManyAtOnce = (): Problem =>
  new Problem(
    'too-many-requests',
    `Wait for an answer before the next request: ${MAX_AT_ONCE} requests may run at once.`,
    {
      headers: { 'retry-after': '1' },
    },
  );

/** The request that the calling code works for, or undefined outside of a request. */
export const runningRequest = (): RunningRequest | undefined => running.getStore();

/** Runs work that several requests share, so that the request that started it does not end it. */
export const onBehalfOf = <Result>(request: RunningRequest, work: () => Result): Result =>
  running.run(request, work);

/** The same work for the request that runs now, wherever it is called from later: a stream reads outside of its request. */
export function inRunningRequest<Args extends unknown[], Result>(
  work: (...args: Args) => Result,
): (...args: Args) => Result {
  const request = runningRequest();
  return (...args) => (request === undefined ? work(...args) : running.run(request, () => work(...args)));
}
