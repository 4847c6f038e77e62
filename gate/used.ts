import type { ClickHouseClient } from '../platform/clickhouse/connect.ts';
import { FUTURE_LIMIT_MS } from '../schemas/event-rules.ts';
import { BUCKET_MS, DAY_MS, SECOND_MS } from '../schemas/time-units.ts';
import { readTotal, readUsage } from '../store/usage/read.ts';
import { readSeconds } from '../store/usage/read-seconds.ts';
import type { Filters } from '../store/usage/filters.ts';
import type { UsageRequest } from '../store/usage/query.ts';
import { filtersOfLimit } from '../store/usage/used-of-limits.ts';
import type { BudgetName, LimitName } from '../domain/gate/scopes.ts';

/** The calls that a limit counts. */
export interface CountedCalls {
  readonly orgId: string;
  readonly product: string;
  readonly filters: Filters;
}

/** @param users of a team; one without any counts no call */
export function callsOf(
  orgId: string,
  product: string,
  limit: LimitName,
  users: BudgetName['users'],
): CountedCalls {
  return { orgId, product, filters: filtersOfLimit(product, limit, users) };
}

/** The credits of the calls that landed, of the last 24 hours and, as clocks differ, a little more at both ends. */
export async function readUsed(
  client: ClickHouseClient,
  { orgId, filters }: CountedCalls,
  now: number,
  clockDifferenceMs: number,
): Promise<number> {
  const from = now - DAY_MS - clockDifferenceMs;
  const to = now + FUTURE_LIMIT_MS + clockDifferenceMs;
  return (await readTotal(client, { orgId, from: Math.max(0, from), to, filters })).credits;
}

/**
 * The first instant at which so many of the credits that count now will have left the rolling 24 hours, to the second;
 * undefined where there are not so many. Epoch milliseconds.
 */
export async function readReturnOf(
  client: ClickHouseClient,
  { orgId, filters, sealed }: CountedCalls & Pick<UsageRequest, 'sealed'>,
  credits: number,
  now: number,
  clockDifferenceMs: number,
): Promise<number | undefined> {
  const from = Math.max(0, now - DAY_MS - clockDifferenceMs);
  const to = now + FUTURE_LIMIT_MS + clockDifferenceMs;
  const quarters = await readUsage(client, { orgId, sealed, from, to, filters, groupBy: ['15m'] });
  let left = credits;
  for (const { '15m': start = 0, credits: inQuarter } of quarters) {
    if (inQuarter < left) {
      left -= inQuarter;
      continue;
    }
    const part = { orgId, from: Math.max(start, from), to: Math.min(start + BUCKET_MS, to), filters };
    for (const { second, credits: inSecond } of await readSeconds(client, part)) {
      left -= inSecond;
      if (left <= 0) return second + SECOND_MS + DAY_MS + clockDifferenceMs;
    }
    // An event came in between, or an earlier one was replaced: at the end of the quarter hour all of it has returned.
    return part.to + DAY_MS + clockDifferenceMs;
  }
  return undefined;
}
