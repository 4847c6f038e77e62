import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instantFrom } from '../../platform/clickhouse/sql-time.ts';

/** Partitions in one statement: their intervals are query parameters, which travel in the request's URL. */
const PARTITIONS_PER_DELETE = 50;

const MergedRow = Type.Object({
  partition: Type.Integer(),
  until: Type.Integer(),
  /** The SQL of an Array(Tuple(UInt64, UInt64)). */
  intervals: Type.String(),
  ranges: Type.Integer(),
});

/** The user may not delete landed ranges: the tables stay right, but grow. */
export class DeleteDeniedError extends Error {
  readonly code = 'DELETE_DENIED';
  constructor(cause: unknown) {
    super(
      'Landed ranges that have been merged cannot be deleted, so their table grows: run GRANT ALTER DELETE ON landed_ranges to the user of the aggregator, in the database of the tables (CLICKHOUSE_DATABASE, on a cluster with _local).',
      { cause },
    );
    this.name = 'DeleteDeniedError';
  }
}

/**
 * Deletes the ranges that lie within the merged intervals of their partition and are counted there. Both only grow, so
 * a statement that runs late deletes nothing that they do not stand for.
 * @param mergedUntil of a state that no running statement is older than, epoch milliseconds
 * @throws DeleteDeniedError
 */
export async function deleteMerged(
  client: ClickHouseClient,
  nodes: readonly ClickHouseClient[],
  topic: string,
  mergedUntil: number,
): Promise<void> {
  const merged = await select(
    client,
    MergedRow,
    // Times as numbers: a server passes the condition on a DateTime64 of the subquery to its shard in a form that the
    // shard cannot read (ClickHouse 26.7).
    `SELECT partition, any(state.until_ms) AS until, toString(any(state.intervals)) AS intervals, count() AS ranges
     FROM landed_ranges AS landed
     INNER JOIN (
       SELECT partition, toUnixTimestamp64Milli(landed_intervals.until) AS until_ms, intervals
       FROM landed_intervals FINAL WHERE topic = {topic:String}
     ) AS state USING (partition)
     WHERE landed.topic = {topic:String} AND state.until_ms <= {merged:Int64}
       AND toUnixTimestamp64Milli(landed.landed_at) < state.until_ms
       AND arrayExists(each -> landed.first_offset >= each.1 AND landed.last_offset <= each.2, state.intervals)
     GROUP BY partition ORDER BY partition`,
    { topic, merged: mergedUntil },
  );
  for (let start = 0; start < merged.length; start += PARTITIONS_PER_DELETE) {
    const batch = merged.slice(start, start + PARTITIONS_PER_DELETE);
    const at = 'indexOf({partitions:Array(UInt16)}, partition)';
    const statement = {
      query: `ALTER TABLE landed_ranges DELETE WHERE topic = {topic:String} AND has({partitions:Array(UInt16)}, partition)
          AND landed_at < ${instantFrom(`{untils:Array(Int64)}[${at}]`)}
          AND arrayExists(each -> first_offset >= each.1 AND last_offset <= each.2,
            {intervals:Array(Array(Tuple(UInt64, UInt64)))}[${at}])`,
      query_params: {
        topic,
        partitions: batch.map(({ partition }) => partition),
        untils: batch.map(({ until }) => until),
        intervals: `[${batch.map(({ intervals }) => intervals).join(',')}]`,
      },
      clickhouse_settings: { mutations_sync: '1' },
    } as const;
    // Rows are deleted where they are: not through a Distributed table.
    for (const node of nodes) await node.command(statement).catch(explainDenied);
  }
}

function explainDenied(error: unknown): never {
  const isDenied = error instanceof Error && 'type' in error && error.type === 'ACCESS_DENIED';
  throw isDenied ? new DeleteDeniedError(error) : error;
}
