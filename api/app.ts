import { fastify, type FastifyBaseLogger } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Access } from './auth/access.ts';
import { createGuard } from './auth/guard.ts';
import { billingDaysRoute } from './billing/days-route.ts';
import { callsRoute } from './calls/route.ts';
import { endConnectionsWhenClosing } from './closing.ts';
import { creditsRoute } from './credits/route.ts';
import { creditUsersRoute } from './credits/users-route.ts';
import type { ApiDependencies } from './dependencies.ts';
import { healthRoutes } from './health/routes.ts';
import { isDate } from './parameters/date.ts';
import { parseInstant } from './parameters/instant.ts';
import { answerClientError } from './problems/client-error.ts';
import { answerError, answerUnknownRoute } from './problems/handlers.ts';
import { GUARDED_PROBLEMS, OPEN_PROBLEMS } from './problems/schema.ts';
import { usageRoute } from './usage/route.ts';

/** Nothing here has a body yet; a slow or large one is cut off. */
const BODY_LIMIT_BYTES = 64 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
/** What an answer may take in all, also where ClickHouse took the query and is frozen. */
const HANDLER_TIMEOUT_MS = 25_000;
/** An org id of 128 bytes, each percent-encoded. */
const MAX_PARAM_LENGTH = 3 * 128;

/** A route as it was registered, and what it asks of its caller. */
export interface RouteSummary {
  readonly method: string;
  readonly url: string;
  readonly access: Access;
}

/** The API over its dependencies, not yet listening, and all its routes. One that names no `access` does not start. */
export function buildApp(dependencies: ApiDependencies) {
  const routes: RouteSummary[] = [];
  const logger: FastifyBaseLogger = dependencies.logger;
  const app = fastify({
    loggerInstance: logger,
    genReqId: dependencies.newRequestId,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    handlerTimeout: HANDLER_TIMEOUT_MS,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    // See closing.ts.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (error, request, reply) => {
      // The guard has not run for these: they never reached a route.
      answerError(error, request, reply);
    },
    clientErrorHandler: answerClientError,
    ajv: {
      customOptions: { allErrors: true, verbose: true, removeAdditional: false },
      onCreate: (ajv) => {
        ajv.addFormat('date-time', { validate: (text: string) => parseInstant(text) !== undefined });
        ajv.addFormat('date', { validate: isDate });
      },
    },
  }).withTypeProvider<TypeBoxTypeProvider>();

  app.decorateRequest('caller', null);
  app.decorateRequest('extent', null);
  endConnectionsWhenClosing(app);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(answerUnknownRoute);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-request-id': request.id, 'cache-control': 'no-store' });
  });
  app.addHook('onRequest', createGuard(dependencies.verifyToken));
  app.addHook('onRoute', (route) => {
    const access = route.config?.access;
    if (access === undefined) throw new Error(`The route ${route.url} does not say who may use it.`);
    routes.push({ method: String(route.method), url: route.url, access });
    const problems = access === 'open' ? OPEN_PROBLEMS : GUARDED_PROBLEMS;
    const { response } = route.schema ?? {};
    route.schema = { ...route.schema, response: { ...problems, ...Object(response) } };
  });

  healthRoutes(app, dependencies);
  creditsRoute(app, dependencies);
  creditUsersRoute(app, dependencies);
  usageRoute(app, dependencies);
  callsRoute(app, dependencies);
  billingDaysRoute(app, dependencies);
  return { app, routes };
}
