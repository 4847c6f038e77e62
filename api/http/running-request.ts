import { AsyncLocalStorage } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';
import { queryTimeout } from '../problems/clickhouse.ts';
import type { ApiServer } from '../server.ts';

/** On whose behalf something is done. */
export interface RunningRequest {
  readonly id: string;
  /** Aborts when the client goes away, or the request has taken too long. */
  readonly signal: AbortSignal;
}

const running = new AsyncLocalStorage<RunningRequest>();

/**
 * Whatever a handler does, however deep, knows its request, so that no query can forget to carry it along.
 * Not by Fastify's request.signal: where there is a body, 5.12 aborts it as soon as that is read, and then its
 * handlerTimeout never comes either.
 * @param timeoutMs of routes that name no handlerTimeout of their own
 */
export function followRequests(app: ApiServer, timeoutMs: number): void {
  // The last hook before the handler: earlier ones may continue from the parsing of a body, out of its context.
  app.addHook('preHandler', ({ id, routeOptions }, { raw: answer }, done) => {
    const end = new AbortController();
    // As many as it makes queries, which Node takes for a leak beyond ten.
    setMaxListeners(0, end.signal);
    const limitMs = routeOptions.handlerTimeout || timeoutMs;
    const timer = setTimeout(() => end.abort(queryTimeout(undefined)), limitMs);
    // Answered, or gone: both end the connection's part in it.
    answer.once('close', () => {
      clearTimeout(timer);
      end.abort();
    });
    running.run({ id, signal: end.signal }, done);
  });
}

/** The request on whose behalf the caller works, or undefined where there is none. */
export const runningRequest = (): RunningRequest | undefined => running.getStore();

/** Does what several requests will share: the one that began it must not end it. */
export const onBehalfOf = <Result>(request: RunningRequest, work: () => Result): Result =>
  running.run(request, work);
