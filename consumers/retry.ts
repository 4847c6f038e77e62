import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../platform/logging.ts';
import type { Counters } from './counters.ts';
import type { FailingSteps } from './failing-steps.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Retries a step until success: fetched records are never dropped, and repeating a step is harmless.
 * Each failure is a log line. Rejects only when the process gives up.
 * @returns the result of the step
 */
export type RetryUntilSuccess = <Result>(what: string, step: () => Promise<Result>) => Promise<Result>;

/**
 * @param failing gets the steps that fail, until they succeed
 * @param giveUp ends the retries at the end of a stop; records that have not landed are not committed either
 */
export function createRetry(
  logger: Logger,
  counters: Counters,
  failing: FailingSteps,
  giveUp: AbortSignal,
): RetryUntilSuccess {
  return async (what, step) => {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      giveUp.throwIfAborted();
      try {
        const result = await step();
        failing.succeeded(step);
        return result;
      } catch (error) {
        counters.failedAttempts += 1;
        failing.failed(step, what);
        logger.warn({ err: error, pause_ms: pauseMs }, `${what} failed; retrying`);
      }
      await delay(pauseMs, undefined, { signal: giveUp });
    }
  };
}
