import { fastify, type FastifyBaseLogger, type FastifyReply, type FastifyRequest } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { Access } from './auth/permissions.ts';
import { createGuard } from './auth/guard.ts';
import { billingDaysRoute } from './billing/days-route.ts';
import { billingRoute } from './billing/route.ts';
import { whatIfRoute } from './billing/what-if-route.ts';
import { oneCallRoute } from './calls/one-route.ts';
import { callsRoute } from './calls/route.ts';
import { dayChargesRoute } from './charges/day-route.ts';
import { chargesRoute } from './charges/feed-route.ts';
import { catalogueRoutes } from './catalogues/routes.ts';
import { endConnectionsWhenClosing } from './closing.ts';
import { conflictsRoute } from './calls/conflicts-route.ts';
import { returningRoute } from './credits/returning-route.ts';
import { creditsRoute } from './credits/route.ts';
import { creditUsersRoute } from './credits/users-route.ts';
import { dashboardPages } from './dashboard/files.ts';
import { localSignInRoutes } from './dashboard/local-sign-in.ts';
import type { ApiDependencies } from './dependencies.ts';
import { explanationRoute } from './explanation/route.ts';
import { healthRoutes } from './health/routes.ts';
import { compressAnswers } from './http/compression.ts';
import { takeBodiesExactly } from './http/exact-body.ts';
import { rejectOtherMethods } from './http/methods.ts';
import { createRateLimit } from './http/rate-limit.ts';
import { requestIdOf } from './http/request-id.ts';
import { followRequests } from './http/running-request.ts';
import { addSecurityHeaders } from './http/security-headers.ts';
import { compileSerializer } from './http/serializers.ts';
import { metricsRoute } from './metrics/route.ts';
import { documentRoute, openDocument } from './openapi/document.ts';
import { operationOf } from './openapi/operation.ts';
import { referencePages } from './openapi/reference.ts';
import { orgsRoutes } from './orgs/routes.ts';
import { rejectInfinity } from './parameters/finite.ts';
import { compileValidator } from './parameters/validators.ts';
import { reconciliationRoute } from './reconciliation/route.ts';
import { answerClientError } from './problems/client-error.ts';
import { answerError, answerUnknownRoute } from './problems/handlers.ts';
import { estimateRoute } from './catalogues/estimate-route.ts';
import { problemsOf } from './problems/schema.ts';
import { statementRoutes } from './statements/routes.ts';
import { additionalLimitRoutes } from './settings/limit-route.ts';
import { settingsRoutes } from './settings/settings-routes.ts';
import { subscriptionRoute } from './settings/subscription-route.ts';
import { usageRoute } from './usage/route.ts';

/** Bodies are small changes of settings; a slow or large one is cut off. */
const BODY_LIMIT_BYTES = 64 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
/** What an answer may take in all, also where ClickHouse took the query and is frozen. */
const HANDLER_TIMEOUT_MS = 25_000;
/** On a connection that long nothing moved: more than any answer makes wait, less than 72 s of keep-alive. */
const SILENCE_TIMEOUT_MS = 60_000;
/** An org id of 128 bytes, each percent-encoded. */
const MAX_PARAM_LENGTH = 3 * 128;

/** A route as it was registered, and what it asks of its caller. */
export interface RouteSummary {
  readonly method: string;
  readonly url: string;
  readonly access: Access;
}

/** The API over its dependencies, not yet listening, and all its routes. One that names no `access` does not start. */
export async function buildApp(dependencies: ApiDependencies) {
  const routes: RouteSummary[] = [];
  const logger: FastifyBaseLogger = dependencies.logger;
  const app = fastify({
    loggerInstance: logger,
    genReqId: (raw) => requestIdOf(raw, dependencies.newRequestId),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    handlerTimeout: HANDLER_TIMEOUT_MS,
    connectionTimeout: SILENCE_TIMEOUT_MS,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    // See closing.ts.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (error, request, reply) => {
      // No hook has run for these: they never reached a route.
      nameAnswer(request, reply);
      answerError(error, request, reply.header('x-content-type-options', 'nosniff'));
    },
    clientErrorHandler: answerClientError,
  }).withTypeProvider<TypeBoxTypeProvider>();

  app.decorateRequest('caller', null);
  app.decorateRequest('extent', null);
  endConnectionsWhenClosing(app);
  app.setValidatorCompiler(compileValidator);
  app.setSerializerCompiler(compileSerializer);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(answerUnknownRoute);
  app.addHook('onRequest', async (request, reply) => nameAnswer(request, reply));
  await addSecurityHeaders(app);
  await compressAnswers(app);
  const guard = createGuard(dependencies.verifyToken);
  const limitRate = await createRateLimit(app, dependencies.rateLimitPerMinute);
  app.addHook('onRequest', async (request, reply) => {
    try {
      await guard(request);
    } finally {
      // Refused ones count too, by address: guessing tokens is limited.
      await limitRate(request, reply);
    }
  });
  takeBodiesExactly(app);
  rejectInfinity(app);
  followRequests(app, HANDLER_TIMEOUT_MS);
  await openDocument(app);
  app.addHook('onRoute', (route) => {
    const { url, schema, config } = route;
    const access = config?.access;
    if (access === undefined) throw new Error(`The route ${url} does not say who may use it.`);
    const methods = [route.method].flat();
    routes.push(...methods.map((method) => ({ method, url, access })));
    if (schema?.hide === true) return;
    const isOpen = access === 'open';
    route.schema = {
      ...operationOf(methods.join('-'), url),
      security: isOpen ? [] : [{ bearer: [] }],
      ...schema,
      response: {
        ...problemsOf({
          isOpen,
          url,
          hasQuery: schema?.querystring !== undefined,
          hasBody: schema?.body !== undefined,
        }),
        ...Object(schema?.response),
      },
    };
  });

  const probing = { ...dependencies, clickhouse: dependencies.clickhouseForProbes };
  healthRoutes(app, probing);
  metricsRoute(app, probing);
  creditsRoute(app, dependencies);
  creditUsersRoute(app, dependencies);
  returningRoute(app, dependencies);
  usageRoute(app, dependencies);
  callsRoute(app, dependencies);
  oneCallRoute(app, dependencies);
  conflictsRoute(app, dependencies);
  billingRoute(app, dependencies);
  billingDaysRoute(app, dependencies);
  statementRoutes(app, dependencies);
  explanationRoute(app, dependencies);
  whatIfRoute(app, dependencies);
  chargesRoute(app, dependencies);
  dayChargesRoute(app, dependencies);
  estimateRoute(app, dependencies);
  orgsRoutes(app, dependencies);
  settingsRoutes(app, dependencies);
  subscriptionRoute(app, dependencies);
  additionalLimitRoutes(app, dependencies);
  catalogueRoutes(app, dependencies);
  reconciliationRoute(app, dependencies);
  documentRoute(app);
  referencePages(app);
  dashboardPages(app);
  if (dependencies.localSignIn !== undefined) localSignInRoutes(app, dependencies, dependencies.localSignIn);
  const resources = [...routes];
  rejectOtherMethods(app, resources);
  return { app, routes: resources };
}

/** What every answer carries, also where no route was reached. */
function nameAnswer(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({ 'x-request-id': request.id, 'cache-control': 'no-store' });
}
