/** When a delivery is tried again. */

/** D: the receiver gets a day (Standard Webhooks). */
export const GIVE_UP_AFTER_MS: number = 24 * 3_600_000;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 2 * 3_600_000;
/**
 * D: fewer do not show that the receiver was away for a day: the process itself may have been, or the clock jumped.
 */
const LEAST_ATTEMPTS = 10;
/** Deliveries that failed together are not tried again together. */
const SPREAD = 0.2;

/**
 * The instant of the next attempt; undefined where the delivery is given up.
 * @param attempts made so far, at least 1
 * @param firstAt when the first one was made, epoch milliseconds, as now
 * @param random from 0 to 1
 */
export function nextAttemptAt(
  attempts: number,
  firstAt: number,
  now: number,
  random: number,
): number | undefined {
  const pause = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 3 ** Math.min(attempts - 1, 20));
  const over = firstAt + GIVE_UP_AFTER_MS;
  if (now >= over && attempts >= LEAST_ATTEMPTS) return undefined;
  const next = Math.round(now + pause * (1 - SPREAD / 2 + SPREAD * random));
  // The last one is made when the day is over.
  return now >= over ? next : Math.min(next, Math.max(now + FIRST_PAUSE_MS, over));
}
