import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { noFreePort, portInUse, portNotAllowed } from './errors.ts';

const HOST = '127.0.0.1';
/**
 * Below the ports that operating systems give to outgoing connections (Linux from 32768, macOS from 49152), so that
 * no client can take the port of a killed server before its restart.
 */
const FROM = 20_000;
const TO = 32_000;
const TRIES = 50;

/** A port of 127.0.0.1 that nothing listens on. @throws LocalStackError NO_FREE_PORT */
export async function freePort(random: (from: number, to: number) => number = randomInt): Promise<number> {
  for (let tried = 0; tried < TRIES; tried++) {
    const port = random(FROM, TO);
    if ((await listenError(port)) === undefined) return port;
  }
  throw noFreePort(FROM, TO, TRIES);
}

/**
 * @param variable the environment variable that an error names
 * @param owner the process that needs the port, where the variable sets those of several
 * @throws LocalStackError PORT_IN_USE, PORT_NOT_ALLOWED
 */
export async function assertPortFree(port: number, variable: string, owner?: string): Promise<void> {
  const error = await listenError(port);
  if (error === 'EADDRINUSE') throw portInUse(variable, port, owner);
  if (error !== undefined) throw portNotAllowed(variable, port, error);
}

function listenError(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, HOST, () => server.close(() => resolve(undefined)));
  });
}
