import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../platform/logging.ts';
import type { Counters } from './counters.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Repeats a step until it succeeds: what was fetched is never dropped, and doing it twice is harmless.
 * Each failure is a log line. Rejects only when the process was told to give up.
 * @returns what the step did
 */
export type RetryUntilSuccess = <Result>(what: string, step: () => Promise<Result>) => Promise<Result>;

/** @param giveUp aborts the waiting at the end of a stop; what was not landed was not committed either. */
export function createRetry(logger: Logger, counters: Counters, giveUp: AbortSignal): RetryUntilSuccess {
  return async (what, step) => {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      giveUp.throwIfAborted();
      try {
        return await step();
      } catch (error) {
        counters.failedAttempts += 1;
        logger.warn({ err: error, pause_ms: pauseMs }, `${what} failed; keeping it and trying again`);
      }
      await delay(pauseMs, undefined, { signal: giveUp });
    }
  };
}
