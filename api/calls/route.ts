import { Type } from 'typebox';
import { FUTURE_LIMIT_MS } from '../../schemas/event-rules.ts';
import { onlyUser } from '../auth/guard.ts';
import type { Sources } from '../dependencies.ts';
import { findOrg } from '../orgs/subscription.ts';
import { filterProperties, filtersOf } from '../parameters/filters.ts';
import { InstantParameter, instantOf } from '../parameters/instant.ts';
import { OrgParams } from '../parameters/org.ts';
import { cursorParameter } from '../parameters/cursor.ts';
import { checkInstantRange, monthsBefore } from '../parameters/range.ts';
import type { ApiServer } from '../server.ts';
import { CallsAnswer, callAnswer } from './answer.ts';
import { decodePosition, pageOfLog } from './cursor.ts';
import { readCalls } from './read.ts';

const CallsQuery = Type.Object(
  {
    from: Type.Optional(InstantParameter('the range’s first instant; 13 months before `to` by default')),
    to: Type.Optional(InstantParameter('the range’s end, exclusive; up to the newest call by default')),
    limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100, description: 'calls of a page' }),
    cursor: cursorParameter(128),
    ...filterProperties,
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
      const { from: fromText, to: toText, limit, cursor, ...requested } = query;
      const to = toText === undefined ? sources.now() + FUTURE_LIMIT_MS : instantOf('to', toText);
      const from = fromText === undefined ? monthsBefore(to) : instantOf('from', fromText);
      if (fromText !== undefined) checkInstantRange(from, to);
      const before = cursor === undefined ? undefined : decodePosition(cursor, to);
      const org = findOrg(await sources.settings.refresh(), params.org);
      const filters = filtersOf(requested, onlyUser(request));
      const range = { orgId: org.orgId, from, to, filters, before };
      const calls = await readCalls(sources.clickhouse, { ...range, limit: limit + 1 });
      const { page, next_cursor } = pageOfLog(calls, limit);
      return { org_id: org.orgId, calls: page.map((call) => callAnswer(call)), next_cursor };
    },
  });
}
