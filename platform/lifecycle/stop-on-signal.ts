import type { Logger } from '../logging.ts';

/** Finishes what is under way and closes what is open. */
export type Stop = () => Promise<void>;

export interface StopControl {
  /** Sets what a signal does first. Without it the process exits at once. */
  readonly onStop: (stop: Stop) => void;
  /** Aborts when the time is up. */
  readonly giveUp: AbortSignal;
}

/**
 * Exits on SIGTERM or SIGINT: with code 0 when the stop completed, with 1 when it failed or ran out of time. Later
 * signals change nothing, because npm and a terminal may each deliver one Ctrl-C.
 * @param unfinished what becomes of the work that was not finished in time, for the log
 */
export function stopOnSignal(logger: Logger, timeoutMs: number, unfinished: string): StopControl {
  let stop: Stop | undefined;
  let isStopping = false;
  const giveUp = new AbortController();

  const onSignal = (signal: string): void => {
    if (isStopping) return;
    isStopping = true;
    logger.info({ signal }, 'stopping');
    setTimeout(() => {
      giveUp.abort();
      logger.warn({ timeout_ms: timeoutMs }, `the stop took too long (STOP_TIMEOUT_MS): ${unfinished}`);
      process.exit(1);
    }, timeoutMs);
    Promise.resolve(stop?.()).then(
      () => {
        logger.info('stopped');
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ err: error }, `the stop failed: ${unfinished}`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return { onStop: (given) => (stop = given), giveUp: giveUp.signal };
}
