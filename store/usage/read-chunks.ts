import { selectChunks } from '../../platform/clickhouse/select-chunks.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { UsageRow } from './dimensions.ts';
import { columnOf, usageQuery, type UsageRequest } from './query.ts';
import { USERS_ORDER, UserRow, type UsersRequest } from './read-users.ts';

/** The rows of readUsage, in chunks and of one statement, so that they are all usage of one moment. */
export async function* readUsageChunks(
  client: ClickHouseClient,
  request: UsageRequest,
): AsyncGenerator<UsageRow[]> {
  const { sql, params } = await usageQuery(client, request);
  const { groupBy = [] } = request;
  const order = groupBy.length > 0 ? `ORDER BY ${groupBy.map(columnOf).join(', ')}` : '';
  yield* selectChunks(client, UsageRow, `${sql} ${order}`, params);
}

/** The rows of readUsers, all of them, in the same way. */
export async function* readUserChunks(
  client: ClickHouseClient,
  request: Omit<UsersRequest, 'after' | 'limit'>,
): AsyncGenerator<UserRow[]> {
  const { sql, params } = await usageQuery(client, { ...request, groupBy: ['user'] });
  const query = `SELECT user, calls, credits FROM (${sql}) ${USERS_ORDER}`;
  yield* selectChunks(client, UserRow, query, params);
}
