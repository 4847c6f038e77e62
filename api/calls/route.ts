import { Type } from 'typebox';
import { onlyUser } from '../auth/guard.ts';
import type { Sources } from '../dependencies.ts';
import { OrgParams } from '../parameters/org.ts';
import { cursorParameter } from '../parameters/cursor.ts';
import type { ApiServer } from '../server.ts';
import { CallsAnswer, callAnswer } from './answer.ts';
import { decodePosition, pageOfLog } from './cursor.ts';
import { readCalls } from './read.ts';
import { callsProperties, requestedCallRange, requestedCalls } from './requested.ts';

const CallsQuery = Type.Object(
  {
    ...callsProperties,
    limit: Type.Integer({ minimum: 1, maximum: 1_000, default: 100, description: 'calls of a page' }),
    cursor: cursorParameter(128),
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
      const { limit, cursor, ...query } = request.query;
      const range = requestedCallRange(query, sources.now());
      const before = cursor === undefined ? undefined : decodePosition(cursor, range.to);
      const requested = await requestedCalls(sources, request.params.org, query, onlyUser(request));
      const read = { ...requested, ...range, before, limit: limit + 1 };
      const { page, next_cursor } = pageOfLog(await readCalls(sources.clickhouse, read), limit);
      return { org_id: requested.orgId, calls: page.map((call) => callAnswer(call)), next_cursor };
    },
  });
}
