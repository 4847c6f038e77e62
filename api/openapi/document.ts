import swagger from '@fastify/swagger';
import { Type } from 'typebox';
import { ProblemSchema } from '../problems/schema.ts';
import type { ApiServer } from '../server.ts';

const DESCRIPTION = `Times are RFC 3339 in UTC, exact to the millisecond; ranges are half-open \`[from, to)\`; money
is a canonical decimal string, never a number; errors are problem documents (RFC 9457) whose \`type\` is stable.

Every answer carries \`x-request-id\` (the request’s own, if it sent one). Except for probes, metrics, this
document and public files, it carries \`ratelimit-policy\` and \`ratelimit\` (draft-ietf-httpapi-ratelimit-headers-10), and the
same as \`x-ratelimit-limit\`, \`x-ratelimit-remaining\` and \`x-ratelimit-reset\` in seconds, counted by token, or by
address for requests without a valid one; each API process counts for itself. A 401 or 403 carries
\`www-authenticate\` (RFC 6750), which names the error of the token. In addition to the answers listed for
each operation, other methods of a known address return 405 with \`allow\`, unknown addresses 404, and malformed
requests 400, 408, 414, 417 or 431. HEAD is answered wherever GET is, OPTIONS with 204 and \`allow\`.`;

/** The sections of the document, in its order (operation.ts); a test compares them with the operations. */
const TAGS = [
  ['operations', 'Probes, metrics and this document.'],
  ['credits', 'The rolling 24 hours: what is included, used and left.'],
  ['usage', 'Calls and credits of any range, in any groups.'],
  ['calls', 'Single calls.'],
  ['conflicts', 'Event ids under which different payloads were published.'],
  ['billing', 'Billing days, periods and statements.'],
  ['charges', 'Charges of closed days, for the billing service.'],
  ['estimate', 'What additional credits cost.'],
  ['orgs', 'Organisations.'],
  ['settings', 'Time zone, billing day, and every change of the settings.'],
  ['subscriptions', 'An organisation’s products, editions and licensed users.'],
  ['additional-limit', 'How many credits beyond the included ones 24 hours may use.'],
  ['alerts', 'Warnings about usage: which are open, and which the caller has read.'],
  ['alert-rules', 'By which rules alerts are raised.'],
  ['alert-defaults', 'The rules of organisations that have set none, and of the platform.'],
  ['alert-destinations', 'Where alerts and events are delivered to: webhooks and mail.'],
  ['alert-deliveries', 'What became of each delivery.'],
  ['platform', 'Alerts of the platform about itself, and their destinations.'],
  ['budgets', 'Credits of 24 hours for a user, an app or a team.'],
  ['teams', 'Named sets of users.'],
  ['spending-cap', 'What a billing period may cost.'],
  ['gate', 'Whether limits are enforced before calls are made.'],
  ['catalogues', 'Editions, prices and costs of calls.'],
  ['events', 'Publishing call events without a Kafka client.'],
  ['dead-letters', 'Records that do not count: why, their bytes, and replaying them.'],
  ['reconciliation', 'What each stage of the pipeline has counted, and what does not add up.'],
] as const;

/** Collects the routes that are registered after it into an OpenAPI 3.1 document. */
export async function openDocument(app: ApiServer): Promise<void> {
  app.addSchema(ProblemSchema);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'api-credits',
        version: '1',
        description: DESCRIPTION,
        license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
      },
      // The server that the document comes from.
      servers: [{ url: '/' }],
      tags: TAGS.map(([name, description]) => ({ name, description })),
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
