import { Type } from 'typebox';
import { readUsage } from '../../aggregator/usage/read.ts';
import { onlyUser } from '../auth/guard.ts';
import type { Sources } from '../dependencies.ts';
import { chooseSubscription, findOrg } from '../orgs/subscription.ts';
import { OrgParams } from '../parameters/org.ts';
import type { ApiServer } from '../server.ts';
import { AtQuery, describeLive, liveProperties, storedPart, windowAt } from './window.ts';

const Count = Type.Integer({ minimum: 0 });

/** Who used the gauge's credits; adds up to its `used`. */
export const CreditUsersAnswer = Type.Object(
  {
    ...liveProperties,
    users: Type.Array(
      Type.Object({ user_id: Type.String(), calls: Count, credits: Count }, { additionalProperties: false }),
      { description: 'By credits, the most first, then by user id.' },
    ),
  },
  { additionalProperties: false },
);

export function creditUsersRoute(app: ApiServer, sources: Sources): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/credits/users',
    config: { access: 'read-credit-users' },
    schema: {
      summary: 'Credits of the rolling 24 hours by user',
      params: OrgParams,
      querystring: AtQuery,
      response: { 200: CreditUsersAnswer },
    },
    handler: async (request) => {
      const { params, query } = request;
      const window = windowAt(query.at, sources.now());
      const org = findOrg(await sources.settings.refresh(), params.org);
      const { product } = chooseSubscription(org, query.product);
      const user = onlyUser(request);
      const filters = user === undefined ? { product } : { product, user };
      const [live, rows] = await Promise.all([
        describeLive(sources, org.orgId, product, window),
        readUsage(sources.clickhouse, {
          orgId: org.orgId,
          ...storedPart(window),
          filters,
          groupBy: ['user'],
        }),
      ]);
      const users = rows.map(({ user: id, calls, credits }) => ({ user_id: id ?? '', calls, credits }));
      return {
        ...live,
        users: users.toSorted((a, b) => b.credits - a.credits || byText(a.user_id, b.user_id)),
      };
    },
  });
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
