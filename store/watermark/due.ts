import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { readLandedUntil } from './watermark.ts';
import { readProgress } from './aggregator-progress.ts';
import { sealableUntil } from '../../aggregator/sealing/seal-hours.ts';
import { closableInstant, type TickSettings } from '../../aggregator/tick.ts';
import { HOUR_MS } from '../usage/plan.ts';

const MarksRow = Type.Object({ marks: Type.Integer() });

/** What the aggregator has yet to do. All zero: every figure that can be sealed and closed is. */
export interface Due {
  /** Epoch milliseconds up to which everything appended is queryable; 0 when no consumer ever reported. */
  readonly landedUntil: number;
  readonly hoursToSeal: number;
  /** (org, hour) marks that late events left in sealed hours. */
  readonly marksToReseal: number;
  /** Milliseconds of ended days that were not looked at yet. */
  readonly closingBehindMs: number;
}

/** @param callsTopic the topic whose landing decides how far time has come */
export async function readDue(
  client: ClickHouseClient,
  callsTopic: string,
  now: number,
  timing: Pick<TickSettings, 'sealDelayMs' | 'graceMs'>,
): Promise<Due> {
  const { told, seen } = await readLandedUntil(client, callsTopic, now);
  const { sealed, closed } = await readProgress(client);
  const [row] = await select(
    client,
    MarksRow,
    `SELECT count() AS marks FROM dirty_marks FINAL WHERE cleared = 0 AND hour < toDateTime({sealed:UInt32}, 'UTC')`,
    { sealed: sealed / 1000 },
  );
  const sealable = sealableUntil(seen, timing.sealDelayMs);
  return {
    landedUntil: told,
    // Never sealed at all counts as one hour due: how many there are depends on the oldest event.
    hoursToSeal: sealed === 0 ? Number(sealable > 0) : Math.max(0, (sealable - sealed) / HOUR_MS),
    marksToReseal: row?.marks ?? 0,
    closingBehindMs: Math.max(0, closableInstant(seen, timing) - closed),
  };
}
