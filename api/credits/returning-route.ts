import { Type } from 'typebox';
import { currentUsageOf } from '../../domain/usage/current-usage.ts';
import { readReturning } from '../../store/usage/read-returning.ts';
import { runsOutAt } from '../../domain/usage/returning.ts';
import type { Sources } from '../dependencies.ts';
import { Credits } from '../parameters/counts.ts';
import { Instant } from '../parameters/instant.ts';
import { OrgParams } from '../parameters/org.ts';
import type { ApiServer } from '../server.ts';
import { subscriptionAt } from './subscription-at.ts';
import { AtQuery, describeWindow, liveProperties, windowAt } from './window.ts';
import { formatInstant } from '../../domain/instants.ts';
import { readNewest } from '../usage/newest.ts';

/** The credits that leave the rolling window, and when the total is used up (domain/usage/returning.ts). */
export const ReturningAnswer = Type.Object(
  {
    ...liveProperties,
    total: Credits,
    used: Credits,
    unused: Credits,
    pace_per_hour: Type.Integer({ minimum: 0, description: 'Credits used in the last hour of the window.' }),
    runs_out_at: Type.Union([Instant, Type.Null()], {
      description:
        'When `used` reaches `total` if calls continue at this pace while credits return; null if not within 24 hours.',
    }),
    returning: Type.Array(
      Type.Object({ from: Instant, to: Instant, credits: Credits }, { additionalProperties: false }),
      {
        description:
          'The credits that leave the window in each of the 24 hours after as_of. Clock hours (UTC), the first and the last clipped. They add up to `used`.',
      },
    ),
  },
  { additionalProperties: false },
);

export function returningRoute(app: ApiServer, sources: Sources): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/credits/returning',
    config: { access: 'read-credits' },
    schema: {
      summary: 'Credits that return in the next 24 hours, and when none are left',
      params: OrgParams,
      querystring: AtQuery,
      response: { 200: ReturningAnswer },
    },
    handler: async ({ params, query }) => {
      const window = windowAt(query.at, sources.now());
      const { settings, sealed, lagSeconds } = await readNewest(sources, params.org);
      const requested = { org: params.org, product: query.product };
      const { orgId, product, allowance } = subscriptionAt(settings, requested, window.to);
      const selected = { orgId, product, sealed, asOf: window.to };
      const { used, pacePerHour, rows } = await readReturning(sources.clickhouse, selected);
      const { total, unused } = currentUsageOf(allowance, used);
      const runsOut = runsOutAt(rows, total, pacePerHour);
      return {
        ...describeWindow(orgId, product, window, lagSeconds),
        total,
        used,
        unused,
        pace_per_hour: pacePerHour,
        runs_out_at: runsOut === null ? null : formatInstant(runsOut),
        returning: rows.map(({ from, to, credits }) => ({
          from: formatInstant(from),
          to: formatInstant(to),
          credits,
        })),
      };
    },
  });
}
