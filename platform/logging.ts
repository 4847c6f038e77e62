import { pino, type Logger } from 'pino';

export type { Logger };

const STANDARD_OUTPUT = 1;

/** A request without its query string, which may name a user, and without the client's address (docs/privacy.md). */
const requestOf = ({ method = '', url = '' }: { readonly method?: string; readonly url?: string }) => ({
  method,
  url: url.replace(/\?.*$/s, ''),
});

/**
 * One JSON line an event on standard output; `process` names the program. Written at once: the line that says why a
 * process exits would otherwise be lost now and then.
 */
export function createLogger(process: string, level: string): Logger {
  return pino(
    {
      level,
      base: { process },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { req: requestOf },
    },
    pino.destination({ dest: STANDARD_OUTPUT, sync: true }),
  );
}
