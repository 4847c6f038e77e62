import type { Access } from '../auth/permissions.ts';
import { problemsOf } from '../problems/schema.ts';
import type { ApiServer } from '../server.ts';
import { operationOf } from './operation.ts';

/** A registered route and the access that it requires. */
export interface RouteSummary {
  readonly method: string;
  readonly url: string;
  readonly access: Access;
}

/**
 * Adds to every route that is registered from now on what the document says of it: its name, its security and the
 * problems that it may return. Registering a route without `access` throws, so the server does not start.
 * @returns the routes; the list grows as they are registered
 */
export function describeRoutes(app: ApiServer): readonly RouteSummary[] {
  const routes: RouteSummary[] = [];
  app.addHook('onRoute', (route) => {
    const { url, schema, config } = route;
    const access = config?.access;
    if (access === undefined) throw new Error(`The route ${url} names no access: add it to its config.`);
    const methods = [route.method].flat();
    routes.push(...methods.map((method) => ({ method, url, access })));
    if (schema?.hide === true) return;
    const isOpen = access === 'open';
    const hasQuery = schema?.querystring !== undefined;
    const hasBody = schema?.body !== undefined;
    route.schema = {
      ...operationOf(methods.join('-'), url),
      security: isOpen ? [] : [{ bearer: [] }],
      ...schema,
      response: { ...problemsOf({ isOpen, url, hasQuery, hasBody }), ...Object(schema?.response) },
    };
  });
  return routes;
}
