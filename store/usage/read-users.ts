import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { usageQuery, type UsageRequest } from './query.ts';

export const UserRow = Type.Object({ user: Type.String(), calls: Type.Integer(), credits: Type.Integer() });
export type UserRow = Static<typeof UserRow>;

/** By credits, highest first, then by the bytes of the user id. */
export const USERS_ORDER = 'ORDER BY credits DESC, user';

/** A position in the list of users: the last user of the previous page. */
export type UserPlace = Pick<UserRow, 'user' | 'credits'>;

export interface UsersRequest extends Pick<UsageRequest, 'orgId' | 'sealed' | 'from' | 'to' | 'filters'> {
  readonly after?: UserPlace | undefined;
  readonly limit: number;
}

/** The users with calls, at most `limit`, in the order of USERS_ORDER. */
export async function readUsers(
  client: ClickHouseClient,
  { after, limit, ...range }: UsersRequest,
): Promise<UserRow[]> {
  const { sql, params } = await usageQuery(client, { ...range, groupBy: ['user'] });
  return select(
    client,
    UserRow,
    `SELECT user, calls, credits FROM (${sql})
     ${after === undefined ? '' : 'WHERE (-toInt64(credits), user) > (-{after_credits:Int64}, {after_user:String})'}
     ${USERS_ORDER}
     LIMIT {limit:UInt32}`,
    { ...params, after_credits: after?.credits, after_user: after?.user, limit },
  );
}
