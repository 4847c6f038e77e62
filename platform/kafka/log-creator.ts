import type { logCreator } from 'kafkajs';
import type { Logger } from '../logging.ts';
import { logLevel } from './kafkajs.ts';

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
