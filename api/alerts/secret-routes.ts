import { Type } from 'typebox';
import { DestinationId } from '../../domain/alerts/destinations.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { NoQuery } from '../parameters/no-query.ts';
import type { ApiServer } from '../server.ts';
import { CHANGE_PROBLEMS, ChangeHeaders } from '../settings/record.ts';
import { changeDestination, destinationOf } from './change-destination.ts';
import { findDestination, secretAnswer, SecretAnswer } from './destination-answer.ts';
import { ALERT_SCOPES } from './scope.ts';

/** The secrets that sign what is sent to webhooks. */
export function webhookSecretRoutes(app: ApiServer, sources: ApiDependencies): void {
  for (const scope of ALERT_SCOPES) secretRoutes(app, sources, scope);
}

function secretRoutes(
  app: ApiServer,
  sources: ApiDependencies,
  { base, change: access, params: own }: (typeof ALERT_SCOPES)[number],
): void {
  const { webhooks, settings, now } = sources;
  const url = `${base}/alert-destinations/:destination/secret`;
  const params = Type.Object({ ...own, destination: DestinationId });

  app.route({
    method: 'GET',
    url,
    config: { access },
    schema: {
      summary: 'The secret that signs what is sent to a webhook',
      params,
      querystring: NoQuery,
      response: { 200: SecretAnswer },
    },
    handler: async (request) => {
      const { orgId, destination } = await destinationOf(sources, request.params);
      return secretAnswer(webhooks.key, orgId, destination, now());
    },
  });

  app.route({
    method: 'POST',
    url,
    config: { access },
    schema: {
      summary: 'Rotate the secret of a webhook: for a day both sign',
      description: 'Another rotation within that day ends the secret before both of them at once.',
      params,
      querystring: NoQuery,
      headers: ChangeHeaders,
      response: { 200: SecretAnswer, ...CHANGE_PROBLEMS },
    },
    handler: async (request) => {
      const { orgId, destination: before } = await destinationOf(sources, request.params);
      // Before anything changes: what has no secret cannot be rotated.
      secretAnswer(webhooks.key, orgId, before, now());
      const generation = before.generation + 1;
      const at = await changeDestination(sources, request, orgId, {
        ...before,
        generation,
        rotated_at: now(),
      });
      const { destination } = findDestination(await settings.refresh(), orgId, before.destination_id, at);
      return secretAnswer(webhooks.key, orgId, destination, now());
    },
  });
}
