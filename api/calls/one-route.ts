import { Type } from 'typebox';
import { parseEventId } from '../../schemas/event-id.ts';
import { onlyUser } from '../auth/guard.ts';
import type { Sources } from '../dependencies.ts';
import { findOrg } from '../orgs/subscription.ts';
import { OrgParams } from '../parameters/org.ts';
import { invalidParameter, Problem } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';
import { OneCallAnswer, oneCallAnswer } from './answer.ts';
import { readCall } from './read-one.ts';

const CallParams = Type.Object({
  ...OrgParams.properties,
  event_id: Type.String({ description: 'the call’s event_id, a UUIDv7' }),
});

export function oneCallRoute(app: ApiServer, sources: Sources): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/calls/:event_id',
    config: { access: 'read-calls' },
    schema: {
      summary: 'One call with all fields of its event',
      params: CallParams,
      response: { 200: OneCallAnswer },
    },
    handler: async (request) => {
      const { params } = request;
      const id = parseEventId(params.event_id.toLowerCase());
      if (id === undefined) throw invalidParameter('event_id', 'must be a UUIDv7 such as the call log shows');
      const { orgId } = findOrg(await sources.settings.refresh(), params.org);
      const call = await readCall(sources.clickhouse, { orgId, id, user: onlyUser(request) });
      if (call === undefined) {
        throw new Problem(
          'not-found',
          `The organisation has no call ${params.event_id} that this token may see. A call of a moment ago may not have landed yet.`,
        );
      }
      return oneCallAnswer(orgId, call);
    },
  });
}
