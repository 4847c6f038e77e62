import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { second } from '../../platform/clickhouse/sql-time.ts';
import { readProgress } from './aggregator-progress.ts';
import { HOUR_MS } from '../../schemas/time-units.ts';
import { sealableUntil, type ClosingDelays, closableUntil } from '../../domain/closing/when-to-close.ts';
import type { Topics } from '../../schemas/topics.ts';
import { confirmedOf, readWatermarks } from './watermark.ts';

const InvalidationsRow = Type.Object({ invalidations: Type.Integer() });

/** The work that the aggregator has not done yet. With zeros everywhere, all that can be sealed and closed is. */
export interface Backlog {
  /** The displayed watermark of the calls, epoch milliseconds; 0 until a consumer reports progress. */
  readonly watermark: number;
  readonly hoursToSeal: number;
  /** Invalidations that late events left in sealed hours, until their days are closed again too. */
  readonly invalidationsToReseal: number;
  /** How far closing is behind the closable days, in milliseconds. */
  readonly closingBehindMs: number;
}

/**
 * Reads the backlog.
 * @param topics a day is closable by the watermarks of calls and settings
 * @param now epoch milliseconds
 */
export async function readBacklog(
  client: ClickHouseClient,
  topics: Pick<Topics, 'calls' | 'settings'>,
  now: number,
  delays: ClosingDelays,
): Promise<Backlog> {
  const watermarkOf = await readWatermarks(client, [topics.calls, topics.settings], now);
  const { sealed, closed } = await readProgress(client);
  const [row] = await select(
    client,
    InvalidationsRow,
    `SELECT count() AS invalidations FROM dirty_marks FINAL WHERE cleared < 2 AND hour < ${second('sealed')}`,
    { sealed: sealed / 1000 },
  );
  const confirmed = confirmedOf(watermarkOf, topics);
  const sealable = sealableUntil(confirmed.calls, delays.sealDelayMs);
  return {
    watermark: watermarkOf(topics.calls).displayed,
    // Before the first seal the backlog counts as one hour: the real number depends on the oldest event.
    hoursToSeal: sealed === 0 ? Number(sealable > 0) : Math.max(0, (sealable - sealed) / HOUR_MS),
    invalidationsToReseal: row?.invalidations ?? 0,
    closingBehindMs: Math.max(0, closableUntil(confirmed, delays) - closed),
  };
}
