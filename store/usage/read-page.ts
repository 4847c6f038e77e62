import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { DIMENSIONS, isDimension, UsageRow, type GroupBy } from './dimensions.ts';
import type { FilterValue } from './filters.ts';
import { columnOf, usageQuery, type UsageRequest } from './query.ts';
import { readTotal, type UsageTotal } from './read.ts';

export interface PageRequest extends UsageRequest {
  /** At least one group. */
  readonly groupBy: readonly GroupBy[];
  /** The groups of the previous page's last row, in the order of groupBy; times in epoch milliseconds. */
  readonly after?: readonly FilterValue[] | undefined;
  readonly limit: number;
}

export interface UsagePage {
  /** Sorted by their groups. */
  readonly rows: readonly UsageRow[];
  /** The sum over all pages of the request. */
  readonly total: UsageTotal;
}

const PageRow = Type.Object({
  ...UsageRow.properties,
  total_calls: Type.Integer(),
  total_credits: Type.Integer(),
  total_rejected: Type.Integer(),
});

/** The next rows of a request, at most `limit`, and the total: read by one statement, so they describe the same moment. */
export async function readUsagePage(client: ClickHouseClient, request: PageRequest): Promise<UsagePage> {
  const { groupBy, after, limit } = request;
  const { sql, params } = await usageQuery(client, request);
  const columns = groupBy.map(columnOf).join(', ');
  const position = groupBy.map((group, index) => `{after_${index}:${typeOf(group)}}`).join(', ');
  const rows = await select(
    client,
    PageRow,
    `SELECT * FROM (
       SELECT *, sum(calls) OVER () AS total_calls, sum(credits) OVER () AS total_credits,
         sum(rejected) OVER () AS total_rejected
       FROM (${sql})
     )
     ${after === undefined ? '' : `WHERE tuple(${columns}) > tuple(${position})`}
     ORDER BY ${columns}
     LIMIT {limit:UInt32}`,
    {
      ...params,
      ...Object.fromEntries((after ?? []).map((value, index) => [`after_${index}`, value])),
      limit,
    },
  );
  const [first] = rows;
  // Without rows, no row carries the total.
  if (first === undefined) return { rows, total: await readTotal(client, request) };
  return {
    rows: rows.map(
      ({ total_calls: _calls, total_credits: _credits, total_rejected: _rejected, ...row }) => row,
    ),
    total: { calls: first.total_calls, credits: first.total_credits, rejected: first.total_rejected },
  };
}

const typeOf = (group: GroupBy): string => (isDimension(group) ? DIMENSIONS[group].type : 'Int64');
