import { Problem } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';

/**
 * Answers other methods of a known address with 405 and the methods that it supports (RFC 9110, 15.5.6). No token is
 * needed: the list of resources is public. Call it after all routes are registered.
 */
export function rejectOtherMethods(
  app: ApiServer,
  routes: readonly { readonly method: string; readonly url: string }[],
): void {
  for (const url of new Set(routes.map((route) => route.url))) {
    const methods = new Set(routes.filter((route) => route.url === url).map(({ method }) => method));
    const allow = [...methods].toSorted().join(', ');
    const reject = async (): Promise<never> => {
      throw new Problem('method-not-allowed', `This resource supports only ${allow}.`, {
        headers: { allow },
      });
    };
    app.route({
      method: app.supportedMethods.filter((method) => !methods.has(method)),
      url,
      config: { access: 'open' },
      schema: { hide: true },
      // Before the body is parsed.
      onRequest: reject,
      handler: reject,
    });
  }
}
