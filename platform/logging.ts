import { pino, type Logger } from 'pino';
import { logLevel, type logCreator } from 'kafkajs';

export type { Logger };

const STANDARD_OUTPUT = 1;

/**
 * One JSON line an event on standard output; `process` names the program. Written at once: the line that says why a
 * process exits would otherwise be lost now and then.
 */
export function createLogger(process: string, level: string): Logger {
  return pino(
    { level, base: { process }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: STANDARD_OUTPUT, sync: true }),
  );
}

/** Passes kafkajs's log lines on. Its retries while a broker starts are expected: debug, not error. */
export function kafkaLogCreator(logger: Logger): logCreator {
  return () =>
    ({ namespace, level, log }) => {
      const { message, ...details } = log;
      const line = { kafkajs: namespace, ...details };
      if (level === logLevel.ERROR && details['retryCount'] === undefined) logger.warn(line, message);
      else logger.debug(line, message);
    };
}
