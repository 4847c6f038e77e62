import swagger from '@fastify/swagger';
import { Type } from 'typebox';
import { ProblemSchema } from '../problems/schema.ts';
import type { ApiServer } from '../server.ts';

const DESCRIPTION = `Times are RFC 3339 in UTC, exact to the millisecond; ranges are half-open \`[from, to)\`; money
is a canonical decimal string, never a number; errors are problem documents (RFC 9457) whose \`type\` is stable.

Every answer carries \`x-request-id\` (the request’s own, if it sent one). Except for probes, metrics, this
document and public files, it carries \`x-ratelimit-limit\`, \`x-ratelimit-remaining\` and \`x-ratelimit-reset\` in
seconds, counted by token, or by address for requests without a valid one. A 401 or 403 carries
\`www-authenticate\` (RFC 6750), which names the error of the token. In addition to the answers listed for
each operation, other methods of a known address return 405 with \`allow\`, unknown addresses 404, and malformed
requests 400, 408, 414 or 431.`;

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
        response: withDescriptions(schema.response, schema.summary),
      },
      url,
    }),
    refResolver: {
      buildLocalReference: (schema, _uri, _fragment, index) =>
        typeof schema['$id'] === 'string' ? schema['$id'] : `schema-${index}`,
    },
  });
}

/** The handler always gets a parameter with a default, so its schema requires it; a client may omit it. */
function withDefaultsOptional(query: unknown): unknown {
  if (!Type.IsObject(query)) return query;
  const required = (query.required ?? []).filter(
    (name) => !Object.hasOwn(query.properties[name] ?? {}, 'default'),
  );
  return { ...query, required };
}

/** Gives an answer without a description the operation's summary. */
function withDescriptions(responses: unknown, summary = ''): Readonly<Record<string, unknown>> {
  const answers = typeof responses === 'object' && responses !== null ? Object.entries(responses) : [];
  const described = answers.map(([status, answer]: [string, unknown]) => {
    const hasDescription =
      typeof answer !== 'object' || answer === null || 'description' in answer || '$ref' in answer;
    return [status, hasDescription ? answer : { ...answer, description: summary }];
  });
  return Object.fromEntries(described);
}

/** The document comes from the schemas that validate requests, so the two cannot differ. */
export function documentRoute(app: ApiServer): void {
  app.route({
    method: 'GET',
    url: '/openapi.json',
    config: { access: 'open', isUnlimited: true },
    schema: {
      summary: 'This document',
      response: { 200: Type.Object({ openapi: Type.Literal('3.1.0') }, { additionalProperties: true }) },
    },
    handler: async (_request, reply) => reply.send({ ...app.swagger(), openapi: '3.1.0' }),
  });
}
