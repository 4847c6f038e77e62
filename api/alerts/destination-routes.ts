import { Type } from 'typebox';
import {
  Address,
  DestinationId,
  Events,
  WebhookUrl,
  type Destination,
} from '../../domain/alerts/destinations.ts';
import { destinationsAt, lastUnder } from '../../domain/settings/alerting.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { NoQuery } from '../parameters/no-query.ts';
import { invalidParameter } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';
import { CHANGE_PROBLEMS, ChangeHeaders, reasonProperty } from '../settings/record.ts';
import { changeDestination, destinationOf } from './change-destination.ts';
import { ALERT_SCOPES, orgIdOf } from './scope.ts';
import {
  destinationAnswer,
  DestinationsAnswer,
  DestinationSetAnswer,
  findDestination,
  secretAnswer,
  webhooksNotConfigured,
} from './destination-answer.ts';

const DestinationBody = Type.Object(
  {
    type: Type.Enum(['webhook', 'email']),
    url: Type.Optional(WebhookUrl),
    to: Type.Optional(Type.Array(Address, { minItems: 1, maxItems: 20, uniqueItems: true })),
    events: Events,
    is_enabled: Type.Boolean({ default: true }),
    ...reasonProperty,
  },
  { additionalProperties: false, description: 'A webhook has a url, an email destination has to.' },
);

/** Where alerts and events of an organisation, or of the platform, are delivered to. */
export function alertDestinationRoutes(app: ApiServer, sources: ApiDependencies): void {
  for (const scope of ALERT_SCOPES) destinationRoutes(app, sources, scope);
}

function destinationRoutes(
  app: ApiServer,
  sources: ApiDependencies,
  { base, change: access, params: own }: (typeof ALERT_SCOPES)[number],
): void {
  const { webhooks, settings, now } = sources;
  const list = `${base}/alert-destinations`;
  const one = `${list}/:destination`;
  const params = Type.Object({ ...own, destination: DestinationId });

  app.route({
    method: 'GET',
    url: list,
    config: { access },
    schema: {
      summary: 'Where alerts and events are delivered to',
      params: Type.Object(own),
      querystring: NoQuery,
      response: { 200: DestinationsAnswer },
    },
    handler: async (request) => {
      const state = await settings.refresh();
      const orgId = orgIdOf(state, request.params);
      const found = destinationsAt(state.alerting(orgId), now());
      return { org_id: orgId, destinations: found.map((each) => destinationAnswer(each)) };
    },
  });

  app.route({
    method: 'PUT',
    url: one,
    config: { access },
    schema: {
      summary: 'Create or change a destination, effective at once',
      params,
      querystring: NoQuery,
      headers: ChangeHeaders,
      body: DestinationBody,
      response: { 200: DestinationSetAnswer, ...CHANGE_PROBLEMS },
    },
    handler: async (request) => {
      const { reason, ...body } = request.body;
      const { destination: id } = request.params;
      const state = await settings.refresh();
      const orgId = orgIdOf(state, request.params);
      if (body.type === 'webhook') assertTarget(body.url, webhooks);
      const last = lastUnder(state.alerting(orgId), id);
      const value = {
        ...body,
        destination_id: id,
        ...secretOf(last),
        disabled_reason: '',
        is_removed: false,
      };
      const at = await changeDestination(sources, request, orgId, value, reason);
      const { destination, version } = findDestination(await settings.refresh(), orgId, id, at);
      const secret =
        destination.type === 'webhook' && webhooks.key !== ''
          ? secretAnswer(webhooks.key, orgId, destination, now()).secret
          : null;
      return { ...destinationAnswer({ destination, version }), secret };
    },
  });

  app.route({
    method: 'DELETE',
    url: one,
    config: { access },
    schema: {
      summary: 'Remove a destination: nothing more is delivered to it',
      params,
      querystring: NoQuery,
      headers: ChangeHeaders,
      response: { 200: DestinationsAnswer, ...CHANGE_PROBLEMS },
    },
    handler: async (request) => {
      const { orgId, destination } = await destinationOf(sources, request.params);
      const at = await changeDestination(sources, request, orgId, { ...destination, is_removed: true });
      const left = destinationsAt((await settings.refresh()).alerting(orgId), at);
      return { org_id: orgId, destinations: left.map((each) => destinationAnswer(each)) };
    },
  });
}

/** The same secret as before; another one where the id was that of a destination which is removed. */
function secretOf(last: Destination | undefined): Pick<Destination, 'generation' | 'rotated_at'> {
  if (last === undefined) return { generation: 1, rotated_at: 0 };
  const { generation, rotated_at, is_removed } = last;
  return is_removed ? { generation: generation + 1, rotated_at: 0 } : { generation, rotated_at };
}

/** What is known before anything is sent; where the name leads to is checked as the connection is made. */
function assertTarget(url: string | undefined, { key, isAnyTarget }: ApiDependencies['webhooks']): void {
  if (key === '') throw webhooksNotConfigured();
  if (url === undefined || isAnyTarget || /^https:/i.test(url)) return;
  throw invalidParameter('url', 'must be an https address (WEBHOOK_TARGETS=any allows others)');
}
