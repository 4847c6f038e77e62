import type { logCreator } from 'kafkajs';
import { logLevel } from './kafkajs.ts';

/** What kafkajs's log lines need of a logger; pino's has it. */
export interface KafkaLogger {
  debug(details: object, message: string): void;
  warn(details: object, message: string): void;
}

/** kafkajs's log lines in ours. Its retries of a broker that is starting are its own business: debug, not error. */
export function kafkaLogCreator(logger: KafkaLogger): logCreator {
  return () =>
    ({ namespace, level, log }) => {
      const { message, ...details } = log;
      const line = { kafkajs: namespace, ...details };
      if (level === logLevel.ERROR && details['retryCount'] === undefined) logger.warn(line, message);
      else logger.debug(line, message);
    };
}
