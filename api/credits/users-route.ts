import { Type } from 'typebox';
import { readUsers } from '../../store/usage/read-users.ts';
import { onlyUser } from '../auth/guard.ts';
import type { Sources } from '../dependencies.ts';
import { Count, Credits } from '../parameters/counts.ts';
import { instantOf } from '../parameters/instant.ts';
import { OrgParams } from '../parameters/org.ts';
import { cursorParameter } from '../parameters/cursor.ts';
import { NextCursor } from '../parameters/page.ts';
import type { ApiServer } from '../server.ts';
import { requestedUsers } from './requested-users.ts';
import { decodeUsersPlace, encodeUsersPlace } from './users-cursor.ts';
import { AtQuery, describeWindow, liveProperties, windowAt, windowEndingAt } from './window.ts';

/** D: the users of nearly every organisation fit into one page. */
const MAX_USERS = 10_000;

const UsersQuery = Type.Object(
  {
    ...AtQuery.properties,
    limit: Type.Integer({
      minimum: 1,
      maximum: MAX_USERS,
      default: MAX_USERS,
      description: 'users of a page',
    }),
    cursor: cursorParameter(1_024),
  },
  { additionalProperties: false },
);

/** The users of the current usage's credits: all pages add up to its `used`. */
export const CreditUsersAnswer = Type.Object(
  {
    ...liveProperties,
    users: Type.Array(
      Type.Object(
        { user_id: Type.String(), calls: Count, credits: Credits },
        { additionalProperties: false },
      ),
      {
        description: 'By credits, highest first, then by user id. All pages cover the first page’s window.',
      },
    ),
    next_cursor: NextCursor,
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
      querystring: UsersQuery,
      response: { 200: CreditUsersAnswer },
    },
    handler: async (request) => {
      const { at, product: requested, limit, cursor } = request.query;
      const now = sources.now();
      const place =
        cursor === undefined
          ? undefined
          : decodeUsersPlace(cursor, at === undefined ? undefined : instantOf('at', at), now);
      const window = place === undefined ? windowAt(at, now) : windowEndingAt(place.to);
      const { params } = request;
      const by = { org: params.org, product: requested, only: onlyUser(request) };
      const { orgId, product, lagSeconds, users } = await requestedUsers(sources, by, window);
      // One row more than the page shows whether there is a next page.
      const rows = await readUsers(sources.clickhouse, { ...users, after: place?.after, limit: limit + 1 });
      const page = rows.slice(0, limit);
      const last = rows.length > limit ? page.at(-1) : undefined;
      return {
        ...describeWindow(orgId, product, window, lagSeconds),
        users: page.map(({ user: user_id, calls, credits }) => ({ user_id, calls, credits })),
        next_cursor: last === undefined ? null : encodeUsersPlace({ to: window.to, after: last }),
      };
    },
  });
}
