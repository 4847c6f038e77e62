import { Type } from 'typebox';
import { formatInstant } from '../../domain/instants.ts';
import { isDimension, type Dimension } from '../../store/usage/dimensions.ts';
import { readBreakdowns } from '../../store/usage/read-breakdowns.ts';
import { onlyUser } from '../auth/guard.ts';
import type { Sources } from '../dependencies.ts';
import { findOrg } from '../orgs/subscription.ts';
import { filterProperties, filtersOf } from '../parameters/filters.ts';
import { Instant } from '../parameters/instant.ts';
import { OrgParams } from '../parameters/org.ts';
import { invalidParameter } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';
import { counted, sums, UsageRowAnswer } from './answer.ts';
import { parseGroupBy } from './group-by.ts';
import { readNewest } from './newest.ts';
import { requestedRange, usageProperties } from './requested.ts';

const strict = { additionalProperties: false };

const BreakdownsQuery = Type.Object(
  {
    from: usageProperties.from,
    to: usageProperties.to,
    by: Type.String({
      maxLength: 200,
      description:
        'one or more of the groups of /usage other than times, comma separated: a breakdown for each',
    }),
    top: Type.Integer({
      minimum: 1,
      maximum: 1_000,
      default: 10,
      description:
        'only this many values of each: those with the most credits; `other` holds the sum of the rest',
    }),
    ...filterProperties,
  },
  strict,
);

export const BreakdownsAnswer = Type.Object(
  {
    org_id: Type.String(),
    from: Instant,
    to: Instant,
    ...counted,
    breakdowns: Type.Array(
      Type.Object(
        {
          by: Type.String(),
          rows: Type.Array(UsageRowAnswer, { description: 'The largest values, the most credits first.' }),
          other: Type.Array(Type.Object(sums, strict), {
            description: 'The usage outside of `rows`: one entry, or none if there is no such usage.',
          }),
          total: Type.Object(sums, { ...strict, description: '`rows` and `other` add up to it.' }),
        },
        strict,
      ),
      { description: 'In the order of `by`.' },
    ),
  },
  strict,
);

/** Several breakdowns of one range, as a screen shows them side by side. */
export function breakdownsRoute(app: ApiServer, sources: Sources): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/usage/breakdowns',
    config: { access: 'read-usage' },
    schema: {
      summary: 'The largest values of several dimensions',
      description: [
        'Each breakdown is what `/usage` answers with one `group_by` and `top`, at a fraction of the cost of as many requests.',
        'A filter applies to all breakdowns but its own: with `app=web` the breakdown by app still lists the other apps, to choose from.',
      ].join(' '),
      params: OrgParams,
      querystring: BreakdownsQuery,
      response: { 200: BreakdownsAnswer },
    },
    handler: async (request) => {
      const { by, top, from: _from, to: _to, ...requested } = request.query;
      const { from, to } = requestedRange(request.query);
      const dimensions = parseDimensions(by);
      const only = onlyUser(request);
      const { settings, sealed, lagSeconds, now } = await readNewest(sources, request.params.org);
      const { orgId } = findOrg(settings, request.params.org);
      const breakdowns = dimensions.map((dimension) => {
        const { [dimension]: _own, ...others } = requested;
        return { by: dimension, filters: filtersOf(others, only) };
      });
      const found = await readBreakdowns(sources.clickhouse, { orgId, sealed, from, to, breakdowns, top });
      return {
        org_id: orgId,
        from: formatInstant(from),
        to: formatInstant(to),
        as_of: formatInstant(now),
        lag_seconds: lagSeconds,
        breakdowns: found.map(({ rows, other, total }, index) => ({
          by: dimensions[index] ?? '',
          rows: [...rows],
          other: [...other],
          total,
        })),
      };
    },
  });
}

function parseDimensions(by: string): readonly Dimension[] {
  const groups = parseGroupBy(by, 'by');
  const dimensions = groups.filter((name) => isDimension(name));
  if (dimensions.length < groups.length || dimensions.length === 0) {
    throw invalidParameter('by', 'must name at least one group, and no times: day, hour or 15m');
  }
  return dimensions;
}
