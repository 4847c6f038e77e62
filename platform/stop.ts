import type { Logger } from './logging.ts';

/**
 * Ends the process on SIGTERM or SIGINT, exit code 0. What cannot land in time (ClickHouse is away) is given up:
 * it was not committed, so the next process fetches it again.
 */
export function stopOnSignal(
  logger: Logger,
  timeoutMs: number,
  giveUp: AbortController,
  stop: () => Promise<void>,
): void {
  let isStopping = false;
  const onSignal = (signal: string): void => {
    if (isStopping) return;
    isStopping = true;
    logger.info({ signal }, 'stopping: landing what was taken, then leaving the group');
    const timer = setTimeout(() => {
      giveUp.abort();
      logger.warn(
        { timeout_ms: timeoutMs },
        'not everything landed in time; it was not committed and comes again',
      );
      process.exit(0);
    }, timeoutMs);
    stop().then(
      () => {
        clearTimeout(timer);
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ err: error }, 'stopping failed; what had not landed was not committed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}
