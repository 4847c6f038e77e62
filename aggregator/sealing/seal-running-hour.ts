import { runningHourUntil } from '../../domain/closing/when-to-close.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { instant, second, toSeconds } from '../../platform/clickhouse/sql-time.ts';
import { BUCKET_MS, MINUTE_MS, SECOND_MS } from '../../schemas/time-units.ts';
import {
  advanceProgress,
  readProgress,
  type AggregatorProgress,
} from '../../store/progress/aggregator-progress.ts';
import { clearInvalidations, readInvalidationsOf } from './invalidations.ts';
import { zeroReplacedTotals } from './replaced-rows.ts';
import { countedTotals, insertGrouped, readClock } from './rollup.ts';

/** Far more than the time from a quarter's end to its count, and than what the clocks of two servers differ by. */
const CLOCKS_MS = MINUTE_MS;

/**
 * Counts the ended quarters of the running hour into the totals, for all organisations: current usage reads only the last
 * minutes from the events. The seal of the hour counts all of it again, for every rollup.
 *
 * A quarter has ended once everything that Kafka appended before its end plus the delay has landed. Rows that land after
 * its count leave an invalidation, by which readers count the hour of that organisation from the events, until the next
 * quarter's count has them too. Invalidations that may be of a later quarter stay: a process that was suspended may do
 * this when the hour is over. The others can be cleared, as no day is closed before its last hour is sealed, with their
 * events.
 * @param watermark the confirmed watermark of the calls, epoch milliseconds
 * @param startedAt as of runningHourUntil
 */
export async function sealRunningHour(
  client: ClickHouseClient,
  watermark: number,
  sealDelayMs: number,
  startedAt: number,
): Promise<void> {
  const untilOf = (progress: AggregatorProgress): number | undefined =>
    runningHourUntil(progress, watermark, sealDelayMs, startedAt);
  if (untilOf(await readProgress(client)) === undefined) return;
  const since = (await readClock(client)) * SECOND_MS - CLOCKS_MS;
  // Again, after the clock: by it is known what another sealer counts later, by progress what it has counted before.
  const progress = await readProgress(client);
  const until = untilOf(progress);
  if (until === undefined) return;
  const { sealed: hour, breakdowns, totals } = progress;
  const counted = await readInvalidationsOf(client, [hour], until + BUCKET_MS - CLOCKS_MS);
  await countQuarters(client, { hour, from: totals, until });
  await zeroReplacedTotals(client, { hour, from: totals, since });
  await advanceProgress(client, 'sealed', hour, { breakdowns, totals: until });
  await clearInvalidations(client, counted);
}

/** From `from` on; of organisations with late events in quarters before it, from the beginning of the hour. */
async function countQuarters(
  client: ClickHouseClient,
  { hour, from, until }: { readonly hour: number; readonly from: number; readonly until: number },
): Promise<void> {
  const events = `FROM call_events FINAL
    WHERE toStartOfHour(occurred_at) IN {hours:Array(UInt32)} AND occurred_at < ${instant('until')}
      AND (occurred_at >= ${instant('from')} OR org_id IN (
        SELECT org_id FROM dirty_marks FINAL
        WHERE cleared = 0 AND hour IN {hours:Array(UInt32)} AND earliest < ${second('from_second')}))`;
  await insertGrouped(
    client,
    `INSERT INTO usage_15m (org_id, product, bucket, calls, credits, rejected, seen) SELECT ${countedTotals(events)}`,
    { hours: [toSeconds(hour)], from, from_second: toSeconds(from), until },
  );
}
