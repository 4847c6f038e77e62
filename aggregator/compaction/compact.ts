import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instant } from '../../platform/clickhouse/sql-time.ts';
import { deleteMerged } from './delete-merged.ts';
import { mergeRanges } from './merge-ranges.ts';

export interface CompactionLimits {
  /**
   * How old a range must be to be merged, and merged intervals for their ranges to be deleted, by ClickHouse's clock.
   * Longer than an insert into landed_ranges can be under way, and than a merging statement runs.
   */
  readonly settleMs: number;
  /** The most ranges that one statement merges, so that its memory is bounded. */
  readonly maxRanges: number;
  /** Fewer are left for later: a merge costs the same for one range as for thousands. */
  readonly minRanges: number;
}

/** D: at a range a second of 12 partitions, a merge every three minutes. */
export const COMPACTION: CompactionLimits = { settleMs: 600_000, maxRanges: 1_000_000, minRanges: 2_000 };

const StateRow = Type.Object({
  /** Before this instant everything is merged, epoch milliseconds; 0 by default. */
  merged_until: Type.Integer(),
  is_settled: Type.Boolean(),
  /** Ranges older than it may be merged. */
  settled_before: Type.Integer(),
});
const CountRow = Type.Object({ ranges: Type.Integer(), oldest: Type.Integer() });

/**
 * One bounded step for a topic: deletes the ranges that merged intervals have stood for long enough, then merges the
 * next ones. Wherever it stops, and however many aggregators take it at once, the readers of store/landing/ get the
 * same figures all the time.
 * @param nodes of the tables of each server (platform/clickhouse/cluster.ts)
 * @returns whether any were merged
 */
export async function compactRanges(
  client: ClickHouseClient,
  nodes: readonly ClickHouseClient[],
  topic: string,
  limits: CompactionLimits,
): Promise<boolean> {
  const [state] = await select(
    client,
    StateRow,
    `SELECT toUnixTimestamp64Milli(max(until)) AS merged_until,
       toBool(count() = 0 OR max(written_at) <= now64(3) - toIntervalMillisecond({settle:UInt32})) AS is_settled,
       toUnixTimestamp64Milli(now64(3)) - {settle:UInt32} AS settled_before
     FROM landed_intervals FINAL WHERE topic = {topic:String}`,
    { topic, settle: limits.settleMs },
  );
  if (!state?.is_settled) return false;
  await deleteMerged(client, nodes, topic, state.merged_until);
  const until = await nextInstant(client, topic, state.merged_until, state.settled_before, limits);
  if (until === undefined) return false;
  await mergeRanges(client, topic, until);
  return true;
}

/** Up to when ranges are merged next, in halves of the time where they are too many; undefined if they are too few. */
async function nextInstant(
  client: ClickHouseClient,
  topic: string,
  from: number,
  to: number,
  { maxRanges, minRanges }: CompactionLimits,
): Promise<number | undefined> {
  const count = async (until: number) => {
    const [row] = await select(
      client,
      CountRow,
      `SELECT count() AS ranges, toUnixTimestamp64Milli(min(landed_at)) AS oldest FROM landed_ranges
       WHERE topic = {topic:String} AND landed_at >= ${instant('from')} AND landed_at < ${instant('until')}`,
      { topic, from, until },
    );
    return row ?? { ranges: 0, oldest: 0 };
  };
  let { ranges, oldest } = await count(to);
  if (ranges < minRanges) return undefined;
  let until = to;
  while (ranges > maxRanges && until - oldest > 1) {
    until = oldest + Math.ceil((until - oldest) / 2);
    ({ ranges } = await count(until));
  }
  return until;
}
