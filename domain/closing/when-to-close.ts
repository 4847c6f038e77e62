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

/** Quarter hours that ended by this instant may be counted into the totals of the running hour. */
export function countableUntil(calls: number, sealDelayMs: number): number {
  return Math.max(0, floorTo(calls - sealDelayMs, BUCKET_MS));
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
