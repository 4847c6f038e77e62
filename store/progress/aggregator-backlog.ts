import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { readProgress } from './aggregator-progress.ts';

import { HOUR_MS } from '../../schemas/time-units.ts';
import { sealableUntil, type ClosingDelays, closableUntil } from '../../domain/closing/when-to-close.ts';
import type { Topics } from '../../schemas/topics.ts';
import { readWatermarks } from './watermark.ts';

const InvalidationsRow = Type.Object({ invalidations: Type.Integer() });

/** What the aggregator has yet to do. All zero: every figure that can be sealed and closed is. */
export interface Backlog {
  /** Epoch milliseconds up to which everything appended is queryable; 0 when no consumer ever reported. */
  readonly watermark: number;
  readonly hoursToSeal: number;
  /** (org, hour) marks that late events left in sealed hours. */
  readonly invalidationsToReseal: number;
  /** Milliseconds of ended days that were not looked at yet. */
  readonly closingBehindMs: number;
}

/** @param topics calls and settings: the watermarks of both decide which days are due */
export async function readBacklog(
  client: ClickHouseClient,
  topics: Pick<Topics, 'calls' | 'settings'>,
  now: number,
  delays: ClosingDelays,
): Promise<Backlog> {
  const [calls, settings] = await readWatermarks(client, [topics.calls, topics.settings], now);
  const { sealed, closed } = await readProgress(client);
  const [row] = await select(
    client,
    InvalidationsRow,
    `SELECT count() AS invalidations FROM dirty_marks FINAL WHERE cleared = 0 AND hour < toDateTime({sealed:UInt32}, 'UTC')`,
    { sealed: sealed / 1000 },
  );
  const confirmed = { calls: calls?.confirmed ?? 0, settings: settings?.confirmed ?? 0 };
  const sealable = sealableUntil(confirmed.calls, delays.sealDelayMs);
  return {
    watermark: calls?.displayed ?? 0,
    // Nothing sealed yet counts as one hour due: how many there are depends on the oldest event.
    hoursToSeal: sealed === 0 ? Number(sealable > 0) : Math.max(0, (sealable - sealed) / HOUR_MS),
    invalidationsToReseal: row?.invalidations ?? 0,
    closingBehindMs: Math.max(0, closableUntil(confirmed, delays) - closed),
  };
}
