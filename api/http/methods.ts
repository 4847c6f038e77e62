import type { FastifyReply } from 'fastify';
import { Problem } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';

/**
 * Answers HEAD wherever GET is answered (RFC 9110, 9.1): the same handler, guard, limits and headers; Node leaves out the
 * body. Call it before routes and plugins are registered.
 */
export function answerHeadAsGet(app: ApiServer): void {
  app.addHook('onRoute', (route) => {
    // Fastify's own hook drops the body before it can be compressed: HEAD would differ from GET in its headers.
    if (route.method === 'HEAD') delete route.onSend;
  });
}

/**
 * Answers OPTIONS of a known address with the methods that it supports, and every other method with 405 and the same
 * list (RFC 9110, 9.3.7 and 15.5.6). No token is needed: the list of resources is public. No CORS header is among the
 * answer's, so a browser lets no page of another origin in. Call it after all routes are registered.
 */
export function answerOtherMethods(
  app: ApiServer,
  routes: readonly { readonly method: string; readonly url: string }[],
): void {
  for (const url of new Set(routes.map((route) => route.url))) {
    const methods = new Set(routes.filter((route) => route.url === url).map(({ method }) => method));
    const allow = [...methods, 'OPTIONS'].toSorted().join(', ');
    const list = async (_request: unknown, reply: FastifyReply) =>
      reply.code(204).header('allow', allow).send();
    app.route({
      method: 'OPTIONS',
      url,
      config: { access: 'open' },
      schema: { hide: true },
      // Before the body is parsed.
      onRequest: list,
      handler: list,
    });
    const reject = async (): Promise<never> => {
      throw new Problem('method-not-allowed', `This resource supports only ${allow}.`, {
        headers: { allow },
      });
    };
    app.route({
      method: app.supportedMethods.filter((method) => !methods.has(method) && method !== 'OPTIONS'),
      url,
      config: { access: 'open' },
      schema: { hide: true },
      onRequest: reject,
      handler: reject,
    });
  }
}
