import { fastify, type FastifyBaseLogger, type FastifyReply, type FastifyRequest } from 'fastify';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import { createGuard } from './auth/guard.ts';
import type { ApiDependencies } from './dependencies.ts';
import { closeConnectionsOnShutdown } from './http/close-connections.ts';
import { compressAnswers } from './http/compression.ts';
import { takeBodiesExactly } from './http/exact-body.ts';
import { assertValidMessage, pathOfTarget } from './http/message-rules.ts';
import { answerHeadAsGet, answerOtherMethods } from './http/methods.ts';
import { createRateLimit } from './http/rate-limit.ts';
import { requestIdOf } from './http/request-id.ts';
import { followRequests } from './http/running-request.ts';
import { addSecurityHeaders } from './http/security-headers.ts';
import { compileSerializer } from './http/serializers.ts';
import { createSocketAnswers } from './http/socket-answers.ts';
import { describeRoutes } from './openapi/describe-routes.ts';
import { openDocument } from './openapi/document.ts';
import { rejectInfinity } from './parameters/finite.ts';
import { compileValidator } from './parameters/validators.ts';
import { answerError, answerUnknownRoute } from './problems/handlers.ts';
import { registerRoutes } from './routes.ts';

/** Bodies are small changes of settings; larger or slower ones are cut off. */
const BODY_LIMIT_BYTES = 64 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
/** The longest time until an answer, also where ClickHouse has accepted the query and hangs. */
const HANDLER_TIMEOUT_MS = 25_000;
/** The longest time without traffic on a connection: more than any answer takes, less than the keep-alive of 72 s. */
const IDLE_TIMEOUT_MS = 60_000;
/** An org id of 128 bytes, each percent-encoded. */
const MAX_PARAM_LENGTH = 3 * 128;

/** The API with all its routes, not yet listening. Throws where a route names no `access`. */
export async function buildApp(dependencies: ApiDependencies) {
  const logger: FastifyBaseLogger = dependencies.logger;
  const { answerClientError, listenTo } = createSocketAnswers(dependencies);
  const app = fastify({
    loggerInstance: logger,
    trustProxy: dependencies.trustedProxies?.length ? [...dependencies.trustedProxies] : false,
    genReqId: (raw) => requestIdOf(raw, dependencies.newRequestId),
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    handlerTimeout: HANDLER_TIMEOUT_MS,
    connectionTimeout: IDLE_TIMEOUT_MS,
    exposeHeadRoutes: true,
    // Answered by message-rules.ts instead.
    http: { requireHostHeader: false },
    rewriteUrl: ({ url = '/' }) => pathOfTarget(url),
    forceCloseConnections: 'idle',
    // See http/close-connections.ts.
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    frameworkErrors: (error, request, reply) => {
      // These requests reach no route, so no hook has run.
      addCommonHeaders(request, reply);
      answerError(error, request, reply.header('x-content-type-options', 'nosniff'));
    },
    clientErrorHandler: answerClientError,
  }).withTypeProvider<TypeBoxTypeProvider>();

  app.decorateRequest('caller', null);
  app.decorateRequest('scope', null);
  listenTo(app.server);
  app.server.on('checkExpectation', (request, response) => app.routing(request, response));
  closeConnectionsOnShutdown(app);
  answerHeadAsGet(app);
  app.setValidatorCompiler(compileValidator);
  app.setSerializerCompiler(compileSerializer);
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(answerUnknownRoute);
  app.addHook('onRequest', async (request, reply) => addCommonHeaders(request, reply));
  await addSecurityHeaders(app);
  await compressAnswers(app);
  const guard = createGuard(dependencies.verifyToken, dependencies.signIn?.sessions);
  const limitRate = await createRateLimit(app, dependencies.rateLimitPerMinute);
  app.addHook('onRequest', async (request, reply) => {
    try {
      assertValidMessage(request.raw);
      await guard(request);
    } finally {
      // Rejected requests count too, by address: this limits the guessing of tokens.
      await limitRate(request, reply);
    }
  });
  takeBodiesExactly(app);
  rejectInfinity(app);
  followRequests(app, HANDLER_TIMEOUT_MS);
  await openDocument(app);
  const registered = describeRoutes(app);
  await registerRoutes(app, dependencies);
  const routes = [...registered];
  answerOtherMethods(app, routes);
  return { app, routes };
}

/** The headers of every answer, also where the request reaches no route. */
function addCommonHeaders(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers({ 'x-request-id': request.id, 'cache-control': 'no-store' });
}
