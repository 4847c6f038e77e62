import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { UnknownTimeZoneError } from '../../domain/calendar/zone-days.ts';
import { UnknownPriceBookError } from '../../store/statements/moment.ts';
import { clickhouseProblem, queryTimeout, RETRY_AFTER } from './clickhouse.ts';
import { Problem, type ProblemType } from './problem.ts';
import { PROBLEM_MEDIA_TYPE } from './schema.ts';
import { validationProblem } from './validation.ts';

/** The one owner of error answers: every thrown error becomes a problem document. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = request.raw.socket.destroyed ? clientGone(error) : problemOf(error, request);
  if (problem.status >= 500) request.log.error({ err: problem.cause ?? problem }, problem.code);
  return sendProblem(reply, problem);
}

/** The client's disconnect cancelled its queries: no one reads this answer, and it is not a server error. */
function clientGone(cause: unknown): Problem {
  return new Problem('request-timeout', 'The connection was closed before the answer.', { cause });
}

export function answerUnknownRoute(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  // Of the server as a whole (RFC 9110, 9.3.7).
  if (request.method === 'OPTIONS' && request.url === '*') return reply.code(204).send();
  const [path] = request.url.split('?', 1);
  // HEAD has the headers of GET, its content-length too.
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  return sendProblem(
    reply,
    new Problem('not-found', `There is no ${method} ${path}: see /docs for all resources.`),
  );
}

function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  // As text, so that an error answer does not depend on the route's serializer.
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .header('content-type', PROBLEM_MEDIA_TYPE)
    .serializer((text: string) => text)
    .send(JSON.stringify(problem.document()));
}

const BY_STATUS: Readonly<Record<number, ProblemType>> = {
  404: 'not-found',
  413: 'payload-too-large',
  414: 'address-too-long',
  415: 'unsupported-media-type',
  429: 'too-many-requests',
};

function problemOf(error: unknown, { raw }: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  // Parameters and changes are checked before: what cannot be computed here is an organisation recorded long ago.
  if (error instanceof UnknownTimeZoneError) return noTimeZone(error);
  if (error instanceof UnknownPriceBookError) {
    return new Problem('unavailable', error.message, { cause: error, headers: RETRY_AFTER });
  }
  if (isFastifyError(error)) {
    if (error.validation) return validationProblem(error);
    if (error.code === 'FST_ERR_HANDLER_TIMEOUT') return raw.complete ? queryTimeout(error) : slowBody(error);
    const { statusCode } = error;
    if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
      return new Problem(BY_STATUS[statusCode] ?? 'invalid-request', error.message, { cause: error });
    }
  }
  return (
    clickhouseProblem(error) ??
    new Problem('internal-error', 'The error is logged under the x-request-id of this answer.', {
      cause: error,
    })
  );
}

function noTimeZone(cause: UnknownTimeZoneError): Problem {
  const detail = `This organisation has no days yet: ${cause.message} Set its time zone with PATCH /v1/orgs/{org}/settings or "npm run org -- set".`;
  return new Problem('no-time-zone', detail, { cause });
}

/** Closes the connection: the rest of the body may still arrive and must not be read as the next request. */
function slowBody(cause: unknown): Problem {
  return new Problem('request-timeout', 'Send the whole body faster.', {
    cause,
    headers: { connection: 'close' },
  });
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && 'code' in error && ('statusCode' in error || 'validation' in error);
}
