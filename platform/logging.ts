import { pino, type Logger } from 'pino';

export type { Logger };

/** One JSON line an event on standard output; `process` names the program. */
export function createLogger(process: string, level: string): Logger {
  return pino({ level, base: { process }, timestamp: pino.stdTimeFunctions.isoTime });
}
