import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instant, second } from '../../platform/clickhouse/sql-time.ts';
import { REJECTED_STATUS } from '../../schemas/event-rules.ts';
import type { Day } from '../../domain/calendar/zone-days.ts';
import type { AggregatorProgress } from '../../store/progress/aggregator-progress.ts';
import {
  columnsOf,
  NARROW_BREAKDOWNS,
  ROLLUPS,
  selectOf,
  type RollupTable,
} from '../../store/usage/breakdowns.ts';
import type { UsageTotal } from '../../store/usage/read.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { floorTo } from '../../domain/instants.ts';
import type { DayUsage } from '../../domain/closing/next-revision.ts';

/** A quarter hour of an organisation whose sealed rows differ from its events. */
export interface BucketDifference {
  /** Epoch milliseconds. */
  readonly bucket: number;
  readonly table: RollupTable;
  /** The sums of the sealed rows. */
  readonly sealed: UsageTotal;
  /** The sums counted from the events. */
  readonly counted: UsageTotal;
  /** The version of the bucket's rows as its events give it (schemas/clickhouse/0003, column `seen`). */
  readonly version: string;
}
const Count = Type.Integer({ minimum: 0 });
const DifferenceRow = Type.Object({
  bucket: Type.Integer(),
  sealed_calls: Count,
  sealed_credits: Count,
  sealed_rejected: Count,
  counted_calls: Count,
  counted_credits: Count,
  counted_rejected: Count,
  version: Type.String(),
});

/**
 * Compares the sealed buckets of a day with its distinct events, row by row and in every dimension.
 * @param progress hours after it are left out; of the narrow breakdowns those that are not filled in yet
 */
export async function compareSealed(
  client: ClickHouseClient,
  orgId: string,
  day: Day,
  progress: Pick<AggregatorProgress, 'sealed' | 'breakdowns'>,
): Promise<BucketDifference[]> {
  const differences: BucketDifference[] = [];
  for (const rollup of ROLLUPS) {
    const { table } = rollup;
    const dimensions = ['product', ...columnsOf(rollup)].join(', ');
    const isNarrow = NARROW_BREAKDOWNS.includes(rollup);
    const to = Math.min(day.to, isNarrow ? progress.breakdowns : progress.sealed);
    if (to <= day.from) continue;
    const rows = await select(
      client,
      DifferenceRow,
      `SELECT toUnixTimestamp(part.bucket) * 1000 AS bucket,
         sumIf(part.calls, NOT is_counted) AS sealed_calls, sumIf(part.credits, NOT is_counted) AS sealed_credits,
         sumIf(part.rejected, NOT is_counted) AS sealed_rejected,
         sumIf(part.calls, is_counted) AS counted_calls, sumIf(part.credits, is_counted) AS counted_credits,
         sumIf(part.rejected, is_counted) AS counted_rejected, toString(maxIf(part.seen, is_counted)) AS version
       FROM (
         SELECT true AS is_counted, toStartOfFifteenMinutes(occurred_at) AS bucket,
           ${['product', ...selectOf(rollup)].join(', ')},
           count() AS calls, sum(credits) AS credits, countIf(status = ${REJECTED_STATUS}) AS rejected,
           sum(sum(toUInt128(version))) OVER (PARTITION BY bucket) AS seen
         FROM call_events FINAL
         WHERE toStartOfHour(occurred_at) IN {hours:Array(UInt32)} AND org_id = {org:String}
           AND occurred_at >= ${instant('from_ms')} AND occurred_at < ${instant('to_ms')}
         GROUP BY bucket, ${dimensions}
         UNION ALL
         SELECT false AS is_counted, bucket, ${dimensions}, calls, credits, rejected, seen
         FROM ${table} FINAL
         WHERE org_id = {org:String} AND calls > 0
           AND bucket >= ${second('from')} AND bucket < ${second('to')}
       ) AS part
       GROUP BY part.bucket
       -- Equal rows cancel each other out: each occurs once on either side.
       HAVING groupBitXor(cityHash64(${dimensions}, part.calls, part.credits, part.rejected)) != 0
       ORDER BY part.bucket`,
      {
        org: orgId,
        hours: hoursOf(day),
        from: Math.max(0, day.from) / 1000,
        to: to / 1000,
        from_ms: Math.max(0, day.from),
        to_ms: to,
      },
    );
    differences.push(...rows.map((row) => differenceOf(table, row)));
  }
  return differences;
}

const UsageRow = Type.Object({ calls: Count, credits: Count });

/** The usage of a day and product, counted from the events alone. */
export async function countDay(
  client: ClickHouseClient,
  orgId: string,
  product: string,
  day: Day,
): Promise<DayUsage> {
  const [row] = await select(
    client,
    UsageRow,
    `SELECT count() AS calls, sum(call_events.credits) AS credits FROM call_events FINAL
     WHERE toStartOfHour(occurred_at) IN {hours:Array(UInt32)} AND org_id = {org:String}
       AND product = {product:String}
       AND occurred_at >= ${instant('from_ms')} AND occurred_at < ${instant('to_ms')}`,
    { org: orgId, product, hours: hoursOf(day), from_ms: Math.max(0, day.from), to_ms: day.to },
  );
  return { orgId, product, calls: row?.calls ?? 0, credits: row?.credits ?? 0 };
}

/** Starts of the hours that overlap the day, in seconds: the sorting key of the events begins with the hour. */
function hoursOf(day: Day): number[] {
  const hours: number[] = [];
  for (let hour = floorTo(Math.max(0, day.from), HOUR_MS); hour < day.to; hour += HOUR_MS)
    hours.push(hour / 1000);
  return hours;
}

function differenceOf(table: RollupTable, row: Static<typeof DifferenceRow>): BucketDifference {
  return {
    bucket: row.bucket,
    table,
    sealed: { calls: row.sealed_calls, credits: row.sealed_credits, rejected: row.sealed_rejected },
    counted: { calls: row.counted_calls, credits: row.counted_credits, rejected: row.counted_rejected },
    version: row.version,
  };
}
