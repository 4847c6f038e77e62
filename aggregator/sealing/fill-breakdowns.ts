import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { second, toSeconds } from '../../platform/clickhouse/sql-time.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { advanceProgress, readProgress } from '../../store/progress/aggregator-progress.ts';
import {
  keyOf,
  NARROW_BREAKDOWNS,
  selectOf,
  WIDE_BREAKDOWN,
  type Rollup,
} from '../../store/usage/breakdowns.ts';
import type { Interval } from '../../store/usage/rollup-plan.ts';
import { zeroRowsLeftBehind } from './replaced-rows.ts';
import { insertGrouped } from './rollup.ts';

/** Rows of the wide breakdown in one step: some ten seconds of a core. */
const ROWS_PER_STEP = 5_000_000;
/** Of the hours that are left: more of them are looked at in a later step. */
const HOURS_PER_STEP = 2_000;

/**
 * Fills the narrow breakdowns from the wide one, for the next of the hours that an earlier release sealed, the oldest
 * first. Does nothing where all sealed hours are there. Readers use the narrow ones up to the progress that is recorded
 * last, so it may stop at any instant, and run several times at once.
 *
 * A filled row has one less than the version of its bucket, so whatever a seal has counted replaces it, before or after:
 * a seal that writes meanwhile may be seen in part here. The rows that it takes calls from are zeroed by the later of
 * the two.
 * @returns until when all hours are filled now, epoch milliseconds; undefined where nothing was left to do
 */
export async function fillBreakdowns(
  client: ClickHouseClient,
  rowsPerStep = ROWS_PER_STEP,
): Promise<number | undefined> {
  const { sealed, breakdowns: from } = await readProgress(client);
  if (from >= sealed) return undefined;
  const to = await endOfStep(client, { from, to: sealed }, rowsPerStep);
  for (const breakdown of NARROW_BREAKDOWNS) {
    await fill(client, breakdown, { from, to });
    await zeroRowsLeftBehind(client, breakdown, { from, to });
  }
  const now = await readProgress(client);
  // Earlier than before: an aggregator of an earlier release has sealed hours, perhaps again some of these.
  const until = now.breakdowns < from ? now.breakdowns : Math.max(now.breakdowns, to);
  if (until > now.breakdowns) {
    await advanceProgress(client, 'sealed', now.sealed, { breakdowns: until, totals: now.totals });
  }
  return until;
}

const HourRow = Type.Object({ hour: Type.Integer(), rows: Type.Integer() });

/** An hour is never split. */
async function endOfStep(
  client: ClickHouseClient,
  { from, to }: Interval,
  rowsPerStep: number,
): Promise<number> {
  const hours = await select(
    client,
    HourRow,
    `SELECT toUnixTimestamp(toStartOfHour(bucket)) * 1000 AS hour, count() AS rows FROM ${WIDE_BREAKDOWN.table}
     WHERE bucket >= ${second('from')} AND bucket < ${second('to')}
     GROUP BY hour ORDER BY hour LIMIT ${HOURS_PER_STEP}`,
    { from: toSeconds(from), to: toSeconds(to) },
  );
  let sum = 0;
  const beyond = hours.findIndex(({ rows }, index) => (sum += rows) > rowsPerStep && index > 0);
  if (beyond !== -1) return hours[beyond]?.hour ?? to;
  return hours.length < HOURS_PER_STEP ? to : (hours.at(-1)?.hour ?? 0) + HOUR_MS;
}

/** A SELECT of the rows of a breakdown as the wide one has them. */
export function filledRows(breakdown: Rollup, { from, to }: Interval) {
  const key = keyOf(breakdown);
  const wide = WIDE_BREAKDOWN.table;
  const isInHours = `bucket >= ${second('from')} AND bucket < ${second('to')}`;
  const columns = ['org_id', 'product', 'bucket', ...selectOf(breakdown, WIDE_BREAKDOWN)].join(', ');
  const sql = `SELECT ${key}, calls, credits, rejected, if(newest = 0, 0, newest - 1) AS seen FROM (
      SELECT ${columns}, sum(${wide}.calls) AS calls, sum(${wide}.credits) AS credits, sum(${wide}.rejected) AS rejected
      FROM ${wide} FINAL WHERE ${isInHours} AND ${wide}.calls > 0 GROUP BY ${key}
    ) AS counted
    INNER JOIN (
      SELECT org_id, bucket, max(seen) AS newest FROM ${wide} WHERE ${isInHours} GROUP BY org_id, bucket
    ) AS versions USING (org_id, bucket)`;
  return { sql, params: { from: toSeconds(from), to: toSeconds(to) } };
}

async function fill(client: ClickHouseClient, breakdown: Rollup, interval: Interval): Promise<void> {
  const { sql, params } = filledRows(breakdown, interval);
  const query = `INSERT INTO ${breakdown.table} (${keyOf(breakdown)}, calls, credits, rejected, seen) ${sql}`;
  // The table is sorted by the first columns of the groups: memory for one bucket.
  await insertGrouped(client, query, params, { optimize_aggregation_in_order: 1 });
}
