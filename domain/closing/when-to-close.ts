import { BUCKET_MS, HOUR_MS } from '../../schemas/time-units.ts';
import { floorTo } from '../instants.ts';

/** How long sealing and closing wait (settings SEAL_DELAY_MS and GRACE_MS). */
export interface ClosingDelays {
  /** From the end of an hour to its first seal; must exceed the clock skew between the machines. */
  readonly sealDelayMs: number;
  /** From the end of a day to its first close (domain.md, Open, closed, final: 15 min). */
  readonly graceMs: number;
}

/** Confirmed watermarks, epoch milliseconds: everything appended to the topic before them has landed. */
export interface Confirmed {
  readonly calls: number;
  readonly settings: number;
}

/**
 * Hours that ended by this instant may be sealed.
 * @param calls the confirmed watermark of the calls, epoch milliseconds
 */
export function sealableUntil(calls: number, sealDelayMs: number): number {
  return Math.max(0, floorTo(calls - sealDelayMs, HOUR_MS));
}

/**
 * Until when the totals of the running hour, the first that is not sealed, may be counted; undefined where they have been.
 * @param done progress: hours before `sealed` are sealed, quarter hours before `totals` are in the totals
 * @param calls the confirmed watermark of the calls, epoch milliseconds
 * @param startedAt when the process started, after the migrations: the invalidating view of an earlier release passed over
 * rows of a running hour, so only quarters that have ended since are counted. All that was appended before has landed.
 */
export function runningHourUntil(
  { sealed, totals }: { readonly sealed: number; readonly totals: number },
  calls: number,
  sealDelayMs: number,
  startedAt: number,
): number | undefined {
  const until = floorTo(calls - sealDelayMs, BUCKET_MS);
  return until > totals && until >= startedAt && floorTo(until, HOUR_MS) === sealed ? until : undefined;
}

/**
 * Days that ended by this instant may be closed: all of their calls and changes of settings have landed. Moves in steps
 * of a quarter hour, as every zone's midnight falls on one.
 *
 * A day never closes before the hour in which it ends can be sealed. A row that landed after the close but before the
 * first seal of its hour would be part of that seal, and nothing would re-close the day.
 */
export function closableUntil(
  { calls, settings }: Confirmed,
  { graceMs, sealDelayMs }: ClosingDelays,
): number {
  const confirmed = Math.min(calls, settings);
  const graceOver = Math.max(0, floorTo(confirmed - graceMs, BUCKET_MS));
  return Math.min(graceOver, sealableUntil(confirmed, sealDelayMs));
}
