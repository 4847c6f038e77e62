import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instant, second, toSeconds } from '../../platform/clickhouse/sql-time.ts';
import { keyOf, ROLLUPS, TOTALS, type Rollup } from '../../store/usage/breakdowns.ts';

const IS_IN_HOURS = 'toStartOfHour(bucket) IN {hours:Array(UInt32)}';

/**
 * The last step of a seal: replaces outdated rows by rows with 0 calls. A row is outdated where an earlier payload
 * under an event's id moved the event to another user, endpoint or product. The row under the old key then has a lower
 * version than the other rows of its bucket.
 *
 * Every sealer does this after writing its own rows, so whichever finishes last covers the rows of all of them. Only
 * hours that were ever invalidated need it: an event that lands before its quarter has ended is in the first count of it.
 * One case remains for recompute: a sealer that read before the earlier payload landed, wrote after another sealer had
 * finished, and crashed before this step.
 */
export async function zeroReplacedRows(client: ClickHouseClient, hours: readonly number[]): Promise<void> {
  const params = { hours: hours.map(toSeconds) };
  const isInvalidated = `org_id IN (SELECT org_id FROM dirty_marks WHERE hour IN {hours:Array(UInt32)})
    AND (org_id, toStartOfHour(bucket)) IN (SELECT org_id, hour FROM dirty_marks WHERE hour IN {hours:Array(UInt32)})`;
  for (const rollup of ROLLUPS) {
    await zeroOutdated(client, rollup, { isInHours: IS_IN_HOURS, isInvalidated, version: 'newest', params });
  }
}

/**
 * The same for the totals of the running hour, of organisations with an event that landed after a count of its quarter
 * may have begun: those that are invalidated for quarters before `from`, and those that another sealer has cleared since
 * this one began. At the end of a quarter most have an invalidation, and reading all of them takes longer than the count.
 * @param since when this one began, less what two clocks may differ by; epoch milliseconds by ClickHouse's clock
 */
export async function zeroReplacedTotals(
  client: ClickHouseClient,
  { hour, from, since }: { readonly hour: number; readonly from: number; readonly since: number },
): Promise<void> {
  const invalidated = 'FROM dirty_marks FINAL WHERE hour IN {hours:Array(UInt32)}';
  await zeroOutdated(client, TOTALS, {
    isInHours: IS_IN_HOURS,
    isInvalidated: `(org_id IN (SELECT org_id ${invalidated} AND cleared = 0 AND earliest < ${second('from')})
      OR org_id IN (SELECT org_id ${invalidated} AND marked_at >= ${instant('since')}))`,
    version: 'newest',
    params: { hours: [toSeconds(hour)], from: toSeconds(from), since },
  });
}

/**
 * The same for a rollup that is filled in (fill-breakdowns.ts), of all hours of an interval. A row keeps its version
 * here: a seal that is still writing may give it calls again with a greater one.
 */
export async function zeroRowsLeftBehind(
  client: ClickHouseClient,
  rollup: Rollup,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<void> {
  await zeroOutdated(client, rollup, {
    isInHours: `bucket >= ${second('from')} AND bucket < ${second('to')}`,
    isInvalidated: 'true',
    version: 'seen',
    params: { from: toSeconds(from), to: toSeconds(to) },
  });
}

interface Outdated {
  /** Conditions on the rollup's columns. */
  readonly isInHours: string;
  readonly isInvalidated: string;
  readonly version: 'newest' | 'seen';
  readonly params: Readonly<Record<string, unknown>>;
}

async function zeroOutdated(
  client: ClickHouseClient,
  rollup: Rollup,
  { isInHours, isInvalidated, version, params }: Outdated,
): Promise<void> {
  const { table } = rollup;
  const key = keyOf(rollup);
  // First the buckets alone: most have no such row, and versions compared row by row cost as much as the seal.
  const outdated = `SELECT org_id, bucket FROM ${table} FINAL
    WHERE ${isInvalidated} AND ${isInHours}
    GROUP BY org_id, bucket
    HAVING minIf(seen, calls > 0) < max(seen)`;
  await client.command({
    query: `INSERT INTO ${table} (${key}, calls, credits, rejected, seen)
      SELECT ${key}, 0, 0, 0, ${version} FROM (
        SELECT ${key}, calls, seen, max(seen) OVER (PARTITION BY org_id, bucket) AS newest
        FROM ${table} FINAL
        WHERE ${isInHours} AND (org_id, bucket) IN (${outdated})
      ) AS counted
      WHERE seen < newest AND calls > 0`,
    query_params: params,
    clickhouse_settings: {
      max_partitions_per_insert_block: '0',
    },
  });
}
