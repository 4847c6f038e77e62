import { Type } from 'typebox';
import { FUTURE_LIMIT_MS, MAX_ENDPOINT_BYTES } from '../../schemas/event-rules.ts';
import { onlyUser } from '../auth/guard.ts';
import type { Sources } from '../dependencies.ts';
import { findOrg } from '../orgs/subscription.ts';
import { InstantParameter, instantOf } from '../parameters/instant.ts';
import { Name, OrgParams } from '../parameters/org.ts';
import { checkInstantRange, monthsBefore } from '../parameters/range.ts';
import type { ApiServer } from '../server.ts';
import { CallsAnswer, callAnswer } from './answer.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { readCalls, type CallFilters } from './read.ts';

const CallsQuery = Type.Object(
  {
    from: Type.Optional(InstantParameter('the range’s first instant, 13 months before `to` if left out')),
    to: Type.Optional(InstantParameter('the range’s end, exclusive; if left out, whatever is newest')),
    product: Type.Optional(Name('only this product’s calls')),
    user: Type.Optional(Name('only this user’s calls')),
    app: Type.Optional(Name('only this application’s calls')),
    method: Type.Optional(Name('only calls of this method')),
    endpoint: Type.Optional(
      Type.String({ minLength: 1, maxLength: MAX_ENDPOINT_BYTES, description: 'only calls of this path' }),
    ),
    status: Type.Optional(
      Type.Integer({ minimum: 100, maximum: 999, description: 'only calls with this HTTP status' }),
    ),
    limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100, description: 'calls of a page' }),
    cursor: Type.Optional(
      Type.String({ minLength: 1, maxLength: 128, description: 'next_cursor of the page before' }),
    ),
  },
  { additionalProperties: false },
);

export function callsRoute(app: ApiServer, sources: Sources): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/calls',
    config: { access: 'read-calls' },
    schema: {
      summary: 'The call log, newest first',
      params: OrgParams,
      querystring: CallsQuery,
      response: { 200: CallsAnswer },
    },
    handler: async (request) => {
      const { params, query } = request;
      const { from: fromText, to: toText, limit, cursor, ...filters } = query;
      const to = toText === undefined ? sources.now() + FUTURE_LIMIT_MS : instantOf('to', toText);
      const from = fromText === undefined ? monthsBefore(to) : instantOf('from', fromText);
      if (fromText !== undefined) checkInstantRange(from, to);
      const before = cursor === undefined ? undefined : decodeCursor(cursor);
      const org = findOrg(await sources.settings.refresh(), params.org);
      const only = onlyUser(request);
      // Asking for another user's calls, a `user` gets none: the intersection of both is empty.
      if (only !== undefined && filters.user !== undefined && filters.user !== only) {
        return { org_id: org.orgId, calls: [], next_cursor: null };
      }
      const allowed: CallFilters = only === undefined ? filters : { ...filters, user: only };
      // One more than the page tells whether there is a next one.
      const range = { orgId: org.orgId, from, to, filters: allowed, before, limit: limit + 1 };
      const calls = await readCalls(sources.clickhouse, range);
      const page = calls.slice(0, limit);
      const last = calls.length > limit ? page.at(-1) : undefined;
      return {
        org_id: org.orgId,
        calls: page.map((call) => callAnswer(call)),
        next_cursor:
          last === undefined ? null : encodeCursor({ occurredAt: last.occurred_at, eventId: last.event_id }),
      };
    },
  });
}
