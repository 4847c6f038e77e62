import { Problem } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';

/**
 * A known address answers a method that it has not with 405 and the methods that it has (RFC 9110, 15.5.6), to
 * anyone: which resources there are is no secret. To be called when all routes are there.
 */
export function rejectOtherMethods(
  app: ApiServer,
  routes: readonly { readonly method: string; readonly url: string }[],
): void {
  for (const url of new Set(routes.map((route) => route.url))) {
    const methods = new Set(routes.filter((route) => route.url === url).map(({ method }) => method));
    const allow = [...methods].toSorted().join(', ');
    const refuse = async (): Promise<never> => {
      throw new Problem('method-not-allowed', `This resource knows ${allow} only.`, { headers: { allow } });
    };
    app.route({
      method: app.supportedMethods.filter((method) => !methods.has(method)),
      url,
      config: { access: 'open' },
      schema: { hide: true },
      // Before a body is looked at.
      onRequest: refuse,
      handler: refuse,
    });
  }
}
