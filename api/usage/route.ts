import { Type } from 'typebox';
import { onlyUser } from '../auth/guard.ts';
import type { Sources } from '../dependencies.ts';
import { readNewest } from './newest.ts';
import { findOrg } from '../orgs/subscription.ts';
import { filterProperties, filtersOf } from '../parameters/filters.ts';
import { InstantParameter, instantOf } from '../parameters/instant.ts';
import { OrgParams } from '../parameters/org.ts';
import { cursorParameter } from '../parameters/cursor.ts';
import { checkInstantRange } from '../parameters/range.ts';
import type { ApiServer } from '../server.ts';
import { GROUPS, parseGroupBy } from './group-by.ts';
import { readBreakdown } from './read.ts';
import { dayPlan } from './days.ts';
import { selectRows } from './row-selection.ts';
import { UsageAnswer } from './answer.ts';
import { formatInstant } from '../../domain/instants.ts';

const UsageQuery = Type.Object(
  {
    from: InstantParameter('the range’s first instant'),
    to: InstantParameter('the range’s end, exclusive; it may lie in the future'),
    group_by: Type.Optional(
      Type.String({ maxLength: 200, description: `any of ${GROUPS.join(', ')}, comma separated` }),
    ),
    time_zone: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'IANA name of the time zone of the days; the organisation’s own days by default',
      }),
    ),
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
    ...filterProperties,
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
      const { params, query } = request;
      const { from: fromText, to: toText, group_by, time_zone, top, limit, cursor, ...requested } = query;
      const from = instantOf('from', fromText);
      const end = instantOf('to', toText);
      checkInstantRange(from, end);
      const now = sources.now();
      const groupBy = parseGroupBy(group_by);
      const { selection, to } = selectRows({ top, limit, cursor }, groupBy, { from, to: end }, now);
      const { settings, sealed, lagSeconds } = await readNewest(sources, params.org);
      const org = findOrg(settings, params.org);
      const days = dayPlan(org, time_zone, { from, to }, now);
      const filters = filtersOf(requested, onlyUser(request));
      const range = { orgId: org.orgId, sealed, from, to };
      const breakdown = await readBreakdown(sources.clickhouse, {
        ...range,
        filters,
        groupBy,
        days,
        selection,
      });
      return {
        org_id: org.orgId,
        from: formatInstant(from),
        to: formatInstant(to),
        time_zone: days.timeZone,
        as_of: formatInstant(now),
        lag_seconds: lagSeconds,
        ...breakdown,
      };
    },
  });
}
