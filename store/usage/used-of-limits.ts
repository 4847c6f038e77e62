import type { LimitName, BudgetName } from '../../domain/gate/scopes.ts';
import { DAY_MS } from '../../schemas/time-units.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { Filters } from './filters.ts';
import { readTotal } from './read.ts';
import type { SealedHours } from './rollup-plan.ts';

/** D: limits are read in turn, so that one answer takes a part of the server. */
const READS_AT_ONCE = 4;

/** The calls that a limit counts. @param users of a team; one without any counts no call */
export function filtersOfLimit(
  product: string,
  { scope, name }: LimitName,
  users: BudgetName['users'],
): Filters {
  const filters: Filters = { product };
  if (scope === 'user') filters.user = name;
  if (scope === 'app') filters.app = name;
  if (scope === 'team') filters.user = users ?? [];
  return filters;
}

/** The credits of the rolling 24 hours that count against each of some limits of a subscription, in their order. */
export async function readUsedOfLimits(
  client: ClickHouseClient,
  request: {
    readonly orgId: string;
    readonly product: string;
    readonly sealed: SealedHours;
    /** The end of the 24 hours, epoch milliseconds. */
    readonly asOf: number;
  },
  limits: readonly (LimitName & Pick<BudgetName, 'users'>)[],
): Promise<number[]> {
  const { orgId, product, sealed, asOf } = request;
  const range = { orgId, sealed, from: Math.max(0, asOf - DAY_MS), to: asOf };
  const used: number[] = [];
  for (let start = 0; start < limits.length; start += READS_AT_ONCE) {
    const totals = limits
      .slice(start, start + READS_AT_ONCE)
      .map((limit) => readTotal(client, { ...range, filters: filtersOfLimit(product, limit, limit.users) }));
    used.push(...(await Promise.all(totals)).map(({ credits }) => credits));
  }
  return used;
}
