import { BUCKET_MS, HOUR_MS } from '../../schemas/time-units.ts';
import { floorTo } from '../instants.ts';

/** When hours are sealed and days closed (settings SEAL_DELAY_MS and GRACE_MS). */
export interface ClosingDelays {
  /** How long after an hour's end its first seal waits; must exceed the difference of the machines' clocks. */
  readonly sealDelayMs: number;
  /** How long after a day's end its first close waits (domain.md: 15 min). */
  readonly graceMs: number;
}

/** Confirmed watermarks, epoch milliseconds: everything appended to the topic before them can be queried. */
export interface Confirmed {
  readonly calls: number;
  readonly settings: number;
}

/** Up to where hours may be sealed once every call that was appended before the confirmed watermark has landed. */
export function sealableUntil(calls: number, sealDelayMs: number): number {
  return Math.max(0, floorTo(calls - sealDelayMs, HOUR_MS));
}

/**
 * Days that ended by this instant may be closed: every call and every change of settings of them has landed. In steps
 * of a quarter hour, on which every zone's midnight falls. Never before the hour in which a day ends is sealed: only
 * rows of ended hours leave an invalidation, so a row that lands after the close and before the hour's end would be
 * in the hour's first seal, and no one would look at the day again.
 */
export function closableUntil(
  { calls, settings }: Confirmed,
  { graceMs, sealDelayMs }: ClosingDelays,
): number {
  const confirmed = Math.min(calls, settings);
  const graceOver = Math.max(0, floorTo(confirmed - graceMs, BUCKET_MS));
  return Math.min(graceOver, sealableUntil(confirmed, sealDelayMs));
}
