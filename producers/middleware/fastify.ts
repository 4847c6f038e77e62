import type { MeterControls } from './contract.ts';
import type { HttpRequest, HttpResponse } from './http.ts';

/** What the meter uses of a FastifyRequest, so that the package's declarations need not Fastify's. */
export interface FastifyRequestLike {
  readonly raw: HttpRequest;
  readonly routeOptions: { readonly url?: string | undefined };
}

export interface FastifyReplyLike {
  readonly raw: HttpResponse;
  code(status: number): unknown;
  headers(headers: Readonly<Record<string, string>>): unknown;
  send(body: string): unknown;
}

/** A FastifyInstance. */
export interface FastifyLike<Request> {
  addHook(
    name: 'onRequest',
    hook: (request: Request, reply: { readonly raw: HttpResponse }, done: () => void) => void,
  ): unknown;
  addHook(name: 'preHandler', hook: (request: Request, reply: FastifyReplyLike) => Promise<unknown>): unknown;
  addHook(name: 'onClose', hook: (instance: unknown, done: () => void) => void): unknown;
}

export interface FastifyMeter<Request extends FastifyRequestLike> extends MeterControls<Request> {
  /** Register it before any hook that may answer. It meters all routes, and closes the meter with the server. */
  readonly plugin: (instance: FastifyLike<Request>, options: object, done: () => void) => void;
}
