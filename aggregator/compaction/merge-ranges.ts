import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instant } from '../../platform/clickhouse/sql-time.ts';
import { MERGED, NEW_OFFSETS, rangesWhere, withIslands } from '../../store/landing/landed-sql.ts';

/**
 * ClickHouse aborts the statement after this time. The ranges that it has read are deleted much later, so no statement
 * reads ranges that are being deleted beside an older state that does not stand for them.
 */
const MERGE_WITHIN_S = 60;

/** Intervals in ascending order, joined where they touch or overlap. */
const JOINED = `arrayFold(
    (joined, each) -> if(empty(joined) OR each.1 > joined[-1].2 + 1, arrayPushBack(joined, each),
      arrayPushBack(arrayPopBack(joined), (joined[-1].1, greatest(joined[-1].2, each.2)))),
    arraySort(arrayConcat(any(state.intervals), groupArrayIf((first, island_last), kind = 'range' AND is_start))),
    CAST([], 'Array(Tuple(UInt64, UInt64))'))`;

/**
 * Merges the ranges of a topic that were recorded before an instant into its intervals, by one statement: it reads the
 * current intervals once, so what it writes holds them and the ranges since. Repeated, run twice at once or late, it
 * writes the same or what a later row replaces. A range whose outcomes do not add up is not merged: it stays until a
 * delivery of its offsets does.
 * @param until epoch milliseconds
 */
export async function mergeRanges(client: ClickHouseClient, topic: string, until: number): Promise<void> {
  const ranges = rangesWhere(`landed.landed_at < ${instant('until')}`);
  const items = `
    SELECT if(is_accounted, 'range', 'unaccounted') AS kind, partition, first_offset AS first, last_offset AS last, rows, landed_at
      FROM (${ranges})
    UNION ALL
    SELECT 'unpublished' AS kind, partition, each.1 AS first, each.2 AS last, 0 AS rows, landed_at
      FROM (${ranges}) ARRAY JOIN unpublished AS each WHERE is_accounted`;
  await client.command({
    query: `INSERT INTO landed_intervals (topic, partition, intervals, unpublished, dead_letters, deliveries, rows, until)
      SELECT {topic:String}, merged.partition, merged.intervals, merged.unpublished,
        arrayCount(at -> arrayExists(each -> at >= each.1 AND at <= each.2, merged.intervals), dead_letter.offsets),
        merged.deliveries, merged.rows, ${instant('until')}
      FROM (
        SELECT partition, ${JOINED} AS intervals,
          any(state.unpublished) + sumIf(${NEW_OFFSETS}, kind = 'unpublished') AS unpublished,
          any(state.deliveries) + sumIf(last + 1 - first, kind != 'unpublished' AND landed_at >= state.until) AS deliveries,
          any(state.rows) + sumIf(item.rows, kind != 'unpublished' AND landed_at >= state.until) AS rows
        FROM (${withIslands(items)}) AS item
        LEFT JOIN (${MERGED}) AS state USING (partition)
        GROUP BY partition HAVING ${instant('until')} > any(state.until)
      ) AS merged
      LEFT JOIN (SELECT partition, groupArray(offset) AS offsets FROM quarantined FINAL WHERE topic = {topic:String} GROUP BY partition)
        AS dead_letter ON dead_letter.partition = merged.partition`,
    query_params: { topic, until },
    clickhouse_settings: { max_execution_time: MERGE_WITHIN_S },
  });
}
