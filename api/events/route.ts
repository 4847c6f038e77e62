import { callerOf } from '../auth/guard.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { NoQuery } from '../parameters/no-query.ts';
import { compileValidator } from '../parameters/validators.ts';
import { Problem } from '../problems/problem.ts';
import { answer } from '../problems/schema.ts';
import type { ApiServer } from '../server.ts';
import { EVENT_FORMATS, formatOf } from './formats.ts';
import { publishEvents } from './publish.ts';
import { EventBodies, EventsAnswer } from './schemas.ts';

/** More than 1,000 ordinary events with indentation. */
const BODY_LIMIT_BYTES = 2 * 1024 * 1024;

/** POST /v1/events, in a context of its own: only here are bodies other than JSON accepted. */
export async function eventsRoute(app: ApiServer, dependencies: ApiDependencies): Promise<void> {
  await app.register(async (scope: ApiServer) => {
    acceptEventBodies(scope);
    scope.route({
      method: 'POST',
      url: '/v1/events',
      bodyLimit: BODY_LIMIT_BYTES,
      config: { access: 'publish-events' },
      // prepare.ts validates each event by itself.
      validatorCompiler: (route) => (route.httpPart === 'body' ? () => true : compileValidator(route)),
      schema: {
        summary: 'Publish call events',
        description:
          'One event, {"events": [...]} or NDJSON, up to 1,000 events; or CloudEvents 1.0, structured or batched, with such an event as data. Valid events are published also where others are invalid. Give each event an event_id, or send CloudEvents, and a repeated request counts once.',
        querystring: NoQuery,
        body: EventBodies,
        response: {
          202: EventsAnswer,
          400: answer('No event is valid (results says why), or the body cannot be read'),
          413: answer('The body is larger than 2 MiB or has more than 1,000 events'),
          415: answer('The body is of another media type'),
          429: answer('Too many requests, or Kafka is slower than the clients: nothing was published'),
          503: answer('Kafka did not confirm the events: send them again with the ids of results'),
        },
      },
      handler: async (request, reply) => {
        const format = formatOf(request.headers['content-type']);
        if (format === undefined || request.headers['ce-specversion'] !== undefined) throw unsupported();
        const body: unknown = request.body;
        if (typeof body !== 'string') throw new Problem('invalid-request', 'Send the events as the body.');
        const { traceparent } = request.headers;
        const results = await publishEvents(
          dependencies,
          callerOf(request),
          format,
          body,
          typeof traceparent === 'string' ? traceparent : undefined,
        );
        const accepted = results.filter(({ status }) => status === 'accepted').length;
        void reply.code(202);
        return { accepted, rejected: results.length - accepted, results };
      },
    });
  });
}

const unsupported = (): Problem =>
  new Problem(
    'unsupported-media-type',
    `Send ${[...EVENT_FORMATS.keys()].join(', ')}; CloudEvents in binary mode are not supported.`,
  );

/** Bodies reach the handler as text: a hook that walks through parsed bodies need not fear their depth. */
function acceptEventBodies(scope: ApiServer): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser<Buffer>(
    [...EVENT_FORMATS.keys()],
    { parseAs: 'buffer' },
    async (_request: unknown, body: Buffer) => textOf(body),
  );
}

function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (error) {
    throw new Problem('invalid-request', 'The body is not valid UTF-8.', { cause: error });
  }
}
