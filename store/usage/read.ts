import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { UsageRow } from './dimensions.ts';
import { columnOf, usageQuery, type UsageRequest } from './query.ts';

/** All rows of a request, sorted by their groups; without groupBy exactly one row. See query.ts. */
export async function readUsage(client: ClickHouseClient, request: UsageRequest): Promise<UsageRow[]> {
  const { sql, params } = await usageQuery(client, request);
  const { groupBy = [] } = request;
  const order = groupBy.length > 0 ? `ORDER BY ${groupBy.map(columnOf).join(', ')}` : '';
  return select(client, UsageRow, `${sql} ${order}`, params);
}

export interface UsageTotal {
  readonly calls: number;
  readonly credits: number;
  readonly rejected: number;
}

/** The sums of a request, without groups. */
export async function readTotal(
  client: ClickHouseClient,
  {
    orgId,
    sealed,
    from,
    to,
    filters = {},
  }: Pick<UsageRequest, 'orgId' | 'sealed' | 'from' | 'to' | 'filters'>,
): Promise<UsageTotal> {
  const [row] = await readUsage(client, { orgId, sealed, from, to, filters });
  return { calls: row?.calls ?? 0, credits: row?.credits ?? 0, rejected: row?.rejected ?? 0 };
}

/** Adds up rows. */
export function totalOf(rows: readonly UsageTotal[]): UsageTotal {
  const total = { calls: 0, credits: 0, rejected: 0 };
  for (const { calls, credits, rejected } of rows) {
    total.calls += calls;
    total.credits += credits;
    total.rejected += rejected;
  }
  return total;
}

/** The total less the rows. */
export function otherThan(total: UsageTotal, rows: readonly UsageTotal[]): UsageTotal {
  const sum = totalOf(rows);
  return {
    calls: total.calls - sum.calls,
    credits: total.credits - sum.credits,
    rejected: total.rejected - sum.rejected,
  };
}
