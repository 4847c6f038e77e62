import { AsyncLocalStorage } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';
import { subjectOf } from '../auth/permissions.ts';
import { queryTimeout } from '../problems/clickhouse.ts';
import { Problem } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';

/** On whose behalf something is done. */
export interface RunningRequest {
  readonly id: string;
  /** Aborts when the client goes away, or the request has taken too long. */
  readonly signal: AbortSignal;
}

const running = new AsyncLocalStorage<RunningRequest>();

/**
 * D: requests of one subject that run at once, so that none waits long for another's: browsers open six connections,
 * and the API's to ClickHouse are twice as many (see connectForReading).
 */
const AT_ONCE = 8;
/** One for all: abort() without a reason makes an exception, with a stack trace that nobody reads. */
const ENDED = new Error('the request has ended');

/**
 * Whatever a handler does, however deep, knows its request, so that no query can forget to carry it along.
 * Not by Fastify's request.signal: where there is a body, 5.12 aborts it as soon as that is read, and then its
 * handlerTimeout never comes either. Throws the Problem `too-many-requests` where its subject has too many running.
 * @param timeoutMs of routes that name no handlerTimeout of their own
 */
export function followRequests(app: ApiServer, timeoutMs: number): void {
  const counts = new Map<string, number>();
  // The last hook before the handler: earlier ones may continue from the parsing of a body, out of its context.
  app.addHook('preHandler', ({ id, caller, routeOptions, raw: { socket } }, { raw: answer }, done) => {
    const subject = caller && subjectOf(caller);
    const count = subject === null ? 0 : (counts.get(subject) ?? 0);
    if (count >= AT_ONCE) return done(tooManyAtOnce());
    if (subject !== null) counts.set(subject, count + 1);
    const end = new AbortController();
    // As many as it makes queries, or are sent before the first is answered; Node takes more than ten for a leak.
    setMaxListeners(0, end.signal, socket);
    const limitMs = routeOptions.handlerTimeout || timeoutMs;
    const timer = setTimeout(() => end.abort(queryTimeout(undefined)), limitMs);
    // Answered, or gone: both end the connection's part in it. An answer behind another does not close with the socket.
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
    running.run({ id, signal: end.signal }, done);
  });
}

const tooManyAtOnce = (): Problem =>
  new Problem('too-many-requests', `Wait for answers: ${AT_ONCE} requests at once are worked on.`, {
    headers: { 'retry-after': '1' },
  });

/** The request on whose behalf the caller works, or undefined where there is none. */
export const runningRequest = (): RunningRequest | undefined => running.getStore();

/** Does what several requests will share: the one that began it must not end it. */
export const onBehalfOf = <Result>(request: RunningRequest, work: () => Result): Result =>
  running.run(request, work);
