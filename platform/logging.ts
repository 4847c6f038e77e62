import { pino, type Logger } from 'pino';

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
