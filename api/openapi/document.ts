import swagger from '@fastify/swagger';
import { Type } from 'typebox';
import { ProblemSchema } from '../problems/schema.ts';
import type { ApiServer } from '../server.ts';

const DESCRIPTION = `Times are RFC 3339 in UTC, exact to the millisecond; ranges are half-open \`[from, to)\`; money
is a canonical decimal string, never a number; errors are problem documents (RFC 9457) whose \`type\` is stable.

Every answer carries \`x-request-id\` (send your own to have it kept) and, as counted for the token, or for the address
without one, \`x-ratelimit-limit\`, \`x-ratelimit-remaining\` and \`x-ratelimit-reset\` in seconds. Besides the
answers named at each operation a known address answers 405 with \`allow\` to other methods, an unknown one 404, and
what is no well-formed request 400, 408, 414 or 431.`;

/** Collects the routes that are registered after it into an OpenAPI 3.1 document. */
export async function openDocument(app: ApiServer): Promise<void> {
  app.addSchema(ProblemSchema);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'api-credits', version: '1', description: DESCRIPTION },
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'Claims: role, sub, org, orgs.',
          },
        },
      },
    },
    transform: ({ schema, url }) => ({
      schema: {
        ...schema,
        querystring: withDefaultsOptional(schema.querystring),
        response: described(schema.response, schema.summary),
      },
      url,
    }),
    refResolver: {
      buildLocalReference: (schema, _uri, _fragment, index) =>
        typeof schema['$id'] === 'string' ? schema['$id'] : `schema-${index}`,
    },
  });
}

/** A parameter with a default is always there for the handler, so TypeBox requires it; a client may leave it out. */
function withDefaultsOptional(query: unknown): unknown {
  if (!Type.IsObject(query)) return query;
  const required = (query.required ?? []).filter(
    (name) => !Object.hasOwn(query.properties[name] ?? {}, 'default'),
  );
  return { ...query, required };
}

/** What an operation is for describes its answer, where the answer's schema has no words of its own. */
function described(responses: unknown, summary = ''): Readonly<Record<string, unknown>> {
  const answers = typeof responses === 'object' && responses !== null ? Object.entries(responses) : [];
  const told = answers.map(([status, answer]: [string, unknown]) => {
    const hasWords =
      typeof answer !== 'object' || answer === null || 'description' in answer || '$ref' in answer;
    return [status, hasWords ? answer : { ...answer, description: summary }];
  });
  return Object.fromEntries(told);
}

/** The document itself: what every route's schema says, so that it cannot differ from what is checked. */
export function documentRoute(app: ApiServer): void {
  app.route({
    method: 'GET',
    url: '/openapi.json',
    config: { access: 'open' },
    schema: {
      summary: 'This document',
      response: { 200: Type.Object({ openapi: Type.Literal('3.1.0') }, { additionalProperties: true }) },
    },
    handler: async (_request, reply) => reply.send({ ...app.swagger(), openapi: '3.1.0' }),
  });
}
