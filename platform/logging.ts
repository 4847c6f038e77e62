import { pino, type Logger } from 'pino';
import { logLevel, type logCreator } from 'kafkajs';

export type { Logger };

/** One JSON line an event on standard output; `process` names the program. */
export function createLogger(process: string, level: string): Logger {
  return pino({ level, base: { process }, timestamp: pino.stdTimeFunctions.isoTime });
}

/** kafkajs's log lines in ours. Its retries of a broker that is starting are its own business: debug, not error. */
export function kafkaLogCreator(logger: Logger): logCreator {
  return () =>
    ({ namespace, level, log }) => {
      const { message, ...details } = log;
      const line = { kafkajs: namespace, ...details };
      if (level === logLevel.ERROR && details['retryCount'] === undefined) logger.warn(line, message);
      else logger.debug(line, message);
    };
}
