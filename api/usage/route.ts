import { Type } from 'typebox';
import { onlyUser } from '../auth/guard.ts';
import type { Sources } from '../dependencies.ts';
import { OrgParams } from '../parameters/org.ts';
import { cursorParameter } from '../parameters/cursor.ts';
import type { ApiServer } from '../server.ts';
import { readBreakdown } from './read.ts';
import { requestedRange, requestedUsage, usageProperties } from './requested.ts';
import { selectRows } from './row-selection.ts';
import { UsageAnswer } from './answer.ts';
import { formatInstant } from '../../domain/instants.ts';

const UsageQuery = Type.Object(
  {
    ...usageProperties,
    top: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 1_000,
        description:
          'only this many combinations of the groups other than times: those with the most credits in the whole range; `other` holds the sum of the rest',
      }),
    ),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 10_000,
        description: 'rows of a page; by default all rows, at most 50,000',
      }),
    ),
    cursor: cursorParameter(8_192),
  },
  { additionalProperties: false },
);

export function usageRoute(app: ApiServer, sources: Sources): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/usage',
    config: { access: 'read-usage' },
    schema: {
      summary: 'Calls, credits and rejections of a range',
      description: [
        'In any groups, with any filters: `group_by=day,user&top=5` is the consumption of the five largest users and of all others by day,',
        '`group_by=rejection_cause&status=429` the rejections by cause, `group_by=endpoint&limit=1000` the first page of all endpoints.',
        'Every value of a row can be used as a filter of the same name.',
      ].join(' '),
      params: OrgParams,
      querystring: UsageQuery,
      response: { 200: UsageAnswer },
    },
    handler: async (request) => {
      const { top, limit, cursor, ...query } = request.query;
      const { groupBy, ...whole } = requestedRange(query);
      const now = sources.now();
      const { selection, to } = selectRows({ top, limit, cursor }, groupBy, whole, now);
      const range = { from: whole.from, to };
      const only = onlyUser(request);
      const usage = await requestedUsage(sources, request.params.org, query, { range, now, only });
      const { org, sealed, days, filters, lagSeconds } = usage;
      const breakdown = await readBreakdown(sources.clickhouse, {
        orgId: org.orgId,
        sealed,
        ...range,
        filters,
        groupBy,
        days,
        selection,
      });
      return {
        org_id: org.orgId,
        from: formatInstant(range.from),
        to: formatInstant(range.to),
        time_zone: days.timeZone,
        as_of: formatInstant(now),
        lag_seconds: lagSeconds,
        ...breakdown,
      };
    },
  });
}
