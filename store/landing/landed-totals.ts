import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instantFrom } from '../../platform/clickhouse/sql-time.ts';
import { MERGED, NEW_OFFSETS, withReached } from './landed-sql.ts';

const TotalsRow = Type.Object({
  partition: Type.Integer(),
  /** The offset behind the last one that has landed. */
  next: Type.Integer(),
  /** Offsets that have landed, each counted once. */
  covered: Type.Integer(),
  /** Those of them at which no record was published: markers of transactions, and records of aborted ones. */
  unpublished: Type.Integer(),
  /** The offsets of all deliveries, those of repeated ones counted again. */
  deliveries: Type.Integer(),
});
export type LandedTotals = Static<typeof TotalsRow>;

/**
 * What has landed of each partition of a topic, exact also while ranges are merged and deleted: the statement reads the
 * merged intervals once, counts a range only where these do not stand for it, and a range that they do not stand for is
 * never deleted.
 */
export function readLandedTotals(client: ClickHouseClient, topic: string): Promise<LandedTotals[]> {
  // Which offsets published nothing is a fact of the log: every delivery says the same of an offset.
  const items = `SELECT 'range' AS kind, partition, first_offset AS first, last_offset AS last, landed_at
      FROM landed_ranges WHERE topic = {topic:String}
    UNION ALL
    SELECT 'unpublished' AS kind, partition, each.1 AS first, each.2 AS last, landed_at
      FROM landed_ranges ARRAY JOIN unpublished AS each WHERE topic = {topic:String}`;
  return select(
    client,
    TotalsRow,
    `SELECT partition, toInt64(greatest(maxIf(last + 1, kind = 'range'), any(arrayMax(arrayConcat([0], arrayMap(each -> each.2 + 1, state.intervals)))))) AS next,
       toInt64(any(arraySum(each -> each.2 + 1 - each.1, state.intervals))) + sumIf(${NEW_OFFSETS}, kind = 'range') AS covered,
       toInt64(any(state.unpublished)) + sumIf(${NEW_OFFSETS}, kind = 'unpublished') AS unpublished,
       toInt64(any(state.deliveries)) + toInt64(sumIf(last + 1 - first, kind = 'range' AND landed_at >= state.until)) AS deliveries
     FROM (${withReached(items)}) AS item
     FULL JOIN (${MERGED}) AS state USING (partition)
     GROUP BY partition ORDER BY partition`,
    { topic },
  );
}

const RowsRow = Type.Object({ rows: Type.Integer() });

/**
 * How many events were inserted, those of repeated deliveries counted again. The merged intervals are read once, into a
 * constant: a join with every range would cost ten times as much.
 */
export async function readLandedRows(client: ClickHouseClient, topic: string): Promise<number> {
  const until = `transform(partition, merged.1, merged.2, toInt64(0))`;
  const [row] = await select(
    client,
    RowsRow,
    `WITH (SELECT (groupArray(partition), groupArray(toUnixTimestamp64Milli(state.until)), sum(state.rows)) FROM (${MERGED}) AS state) AS merged
     SELECT merged.3 + sum(landed_ranges.rows) AS rows FROM landed_ranges
     WHERE topic = {topic:String} AND landed_at >= ${instantFrom(until)}`,
    { topic },
  );
  return row?.rows ?? 0;
}
