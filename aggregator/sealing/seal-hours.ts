import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { second } from '../../platform/clickhouse/sql-time.ts';
import { advanceProgress, readProgress } from '../../store/progress/aggregator-progress.ts';
import { chunksOf } from './chunks.ts';
import { readInvalidationsOf, recordResealed } from './invalidations.ts';
import { writeRollup } from './rollup.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { sealableUntil } from '../../domain/closing/when-to-close.ts';

/**
 * Seals every ended hour that is not sealed yet, for all organisations, in order. An hour has ended once everything
 * that Kafka appended before its end plus the delay has landed. Rows that land later leave an invalidation
 * (schemas/clickhouse/0003), so none is missed.
 * @param watermark the confirmed watermark of the calls, epoch milliseconds
 * @returns the number of hours with events that it sealed
 */
export async function sealEndedHours(
  client: ClickHouseClient,
  watermark: number,
  sealDelayMs: number,
): Promise<number> {
  const target = sealableUntil(watermark, sealDelayMs);
  const { sealed } = await readProgress(client);
  if (sealed >= target) return 0;
  const hours = await hoursWithEvents(client, sealed, target);
  for (const chunk of await chunksOf(client, hours)) {
    // Events that landed after the end of their quarter and before the first seal of their hour are counted by it.
    const counted = await readInvalidationsOf(client, chunk);
    await writeRollup(client, chunk, 'all');
    await advance(client, sealed, (chunk.at(-1) ?? 0) + HOUR_MS);
    await recordResealed(client, counted);
  }
  await advance(client, sealed, target);
  return hours.length;
}

/**
 * Where all hours before these are in the narrow breakdowns, so are these now. Elsewhere they are filled in
 * (fill-breakdowns.ts), whose progress is kept.
 */
async function advance(client: ClickHouseClient, from: number, until: number): Promise<void> {
  const { breakdowns } = await readProgress(client);
  await advanceProgress(client, 'sealed', until, { breakdowns: breakdowns >= from ? until : breakdowns });
}

const HourRow = Type.Object({ hour: Type.Integer() });

/** Starts of the hours of [from, to) with events, ascending, epoch milliseconds: empty hours need no rows. */
async function hoursWithEvents(client: ClickHouseClient, from: number, to: number): Promise<number[]> {
  const rows = await select(
    client,
    HourRow,
    `SELECT DISTINCT toUnixTimestamp(toStartOfHour(occurred_at)) * 1000 AS hour FROM call_events
     WHERE toStartOfHour(occurred_at) >= ${second('from')}
       AND toStartOfHour(occurred_at) < ${second('to')}
     ORDER BY hour`,
    { from: from / 1000, to: to / 1000 },
  );
  return rows.map(({ hour }) => hour);
}
