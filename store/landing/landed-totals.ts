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

const MergedRow = Type.Object({ partition: Type.Integer(), rows: Type.Integer(), until: Type.Integer() });
const RowsRow = Type.Object({ rows: Type.Integer() });

/**
 * How many events were inserted, those of repeated deliveries counted again. In two statements, because a join with
 * every range costs ten times as much: a range that the merged ones read first do not stand for is not deleted for ten
 * minutes after it has been merged.
 */
export async function readLandedRows(client: ClickHouseClient, topic: string): Promise<number> {
  const merged = await select(
    client,
    MergedRow,
    `SELECT partition, rows, toUnixTimestamp64Milli(state.until) AS until FROM (${MERGED}) AS state`,
    { topic },
  );
  const [since] = await select(
    client,
    RowsRow,
    `SELECT sum(landed_ranges.rows) AS rows FROM landed_ranges WHERE topic = {topic:String}
       AND landed_at >= ${instantFrom('transform(partition, {partitions:Array(UInt16)}, {untils:Array(Int64)}, toInt64(0))')}`,
    {
      topic,
      partitions: merged.map(({ partition }) => partition),
      untils: merged.map(({ until }) => until),
    },
  );
  return merged.reduce((sum, { rows }) => sum + rows, since?.rows ?? 0);
}
