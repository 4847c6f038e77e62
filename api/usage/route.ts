import { Type } from 'typebox';
import { onlyUser } from '../auth/guard.ts';
import type { Sources } from '../dependencies.ts';
import { findOrg } from '../orgs/subscription.ts';
import { InstantParameter, instantOf } from '../parameters/instant.ts';
import { Name, OrgParams } from '../parameters/org.ts';
import { checkInstantRange } from '../parameters/range.ts';
import type { ApiServer } from '../server.ts';
import { GROUPS, parseGroupBy } from './group-by.ts';
import { readBreakdown } from './read.ts';
import { dayPlan } from './days.ts';
import { UsageAnswer } from './answer.ts';

const UsageQuery = Type.Object(
  {
    from: InstantParameter('the range’s first instant'),
    to: InstantParameter('the range’s end, exclusive; it may lie ahead'),
    group_by: Type.Optional(
      Type.String({ maxLength: 200, description: `any of ${GROUPS.join(', ')}, comma separated` }),
    ),
    time_zone: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'IANA name of the zone whose days to group by; the organisation’s own days if left out',
      }),
    ),
    product: Type.Optional(Name('only this product’s calls; all products’ if left out')),
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
      params: OrgParams,
      querystring: UsageQuery,
      response: { 200: UsageAnswer },
    },
    handler: async (request) => {
      const { params, query } = request;
      const from = instantOf('from', query.from);
      const to = instantOf('to', query.to);
      checkInstantRange(from, to);
      const groupBy = parseGroupBy(query.group_by);
      const org = findOrg(await sources.settings.refresh(), params.org);
      const days = dayPlan(org, query.time_zone, { from, to }, sources.now());
      const user = onlyUser(request);
      const filters = {
        ...(query.product === undefined ? {} : { product: query.product }),
        ...(user === undefined ? {} : { user }),
      };
      return readBreakdown(sources, { orgId: org.orgId, from, to, filters, groupBy, days });
    },
  });
}
