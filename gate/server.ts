import { fastify, type FastifyError, type FastifyReply } from 'fastify';
import type { TSchema, Static } from 'typebox';
import { compiled } from '../platform/compiled-schema.ts';
import type { Logger } from '../platform/logging.ts';
import { LeasesRequest } from '../domain/gate/protocol.ts';
import type { CheckToken } from './auth.ts';
import type { Accounts } from './accounts.ts';
import { DecisionsRequest } from './decision-protocol.ts';
import type { Decisions } from './decisions.ts';
import { GateProblem } from './problems.ts';

export interface ServerSources {
  readonly accounts: Accounts;
  readonly decisions: Decisions;
  readonly checkToken: CheckToken;
  readonly isReady: () => boolean;
  readonly logger: Logger;
}

const BODY_LIMIT_BYTES = 256 * 1024;
const PROBLEM_JSON = 'application/problem+json';

/** The gate's HTTP interface, not yet listening: leases for its clients, decisions for gateways in other languages. */
export function buildServer({ accounts, decisions, checkToken, isReady, logger }: ServerSources) {
  const app = fastify({ bodyLimit: BODY_LIMIT_BYTES, forceCloseConnections: true });
  app.setErrorHandler((error: FastifyError | GateProblem, _, reply) => answerError(error, reply, logger));
  app.setNotFoundHandler((_, reply) =>
    answerError(
      new GateProblem('not-found', 'The gate has POST /v1/leases and POST /v1/decisions.'),
      reply,
      logger,
    ),
  );
  app.get('/healthz', () => ({ status: 'ok' }));
  app.get('/readyz', (_, reply) =>
    reply.code(isReady() ? 200 : 503).send({ status: isReady() ? 'ready' : 'not-ready' }),
  );
  app.post('/v1/leases', async ({ headers, body }) => {
    const bearer = await checkToken(headers.authorization);
    const request = parsed(LeasesRequest, body);
    bearer.assertMayAsk(request);
    return accounts.renew(request);
  });
  app.post('/v1/decisions', async ({ headers, body }) => {
    const bearer = await checkToken(headers.authorization);
    const request = parsed(DecisionsRequest, body);
    bearer.assertMayAsk(request);
    return decisions.decide(request);
  });
  return app;
}

function parsed<Schema extends TSchema>(schema: Schema, body: unknown): Static<Schema> {
  const { check, validationErrors } = compiled(schema);
  if (check(body)) return body;
  const errors = validationErrors(body).map(({ path, message }) => ({ pointer: path, detail: message }));
  const [first] = errors;
  const detail = first
    ? `The body is invalid: ${`${first.pointer} ${first.detail}`.trim()}.`
    : 'The body is invalid.';
  throw new GateProblem('invalid-request', detail, { more: { errors } });
}

function answerError(error: FastifyError | GateProblem, reply: FastifyReply, logger: Logger) {
  const problem = error instanceof GateProblem ? error : problemOf(error);
  if (problem.status === 500) logger.error({ err: error }, 'a request failed');
  return reply.code(problem.status).headers(problem.headers).type(PROBLEM_JSON).send(problem.document());
}

/** Fastify's own errors are about the request. */
function problemOf(error: FastifyError): GateProblem {
  const { statusCode = 500, message } = error;
  if (statusCode === 413)
    return new GateProblem('payload-too-large', `At most ${BODY_LIMIT_BYTES} bytes are accepted.`);
  if (statusCode === 415) return new GateProblem('unsupported-media-type', 'Send application/json.');
  if (statusCode >= 400 && statusCode < 500) return new GateProblem('invalid-request', message);
  return new GateProblem('internal-error', 'The gate could not answer: its log says why.', { cause: error });
}
