import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { portInUse, portNotAllowed } from './errors.ts';

const HOST = '127.0.0.1';
/**
 * Below the ports that operating systems hand to outgoing connections (Linux from 32768, macOS from 49152):
 * a server killed and restarted on its port must not find a client of the meantime there.
 */
const FROM = 20_000;
const TO = 32_000;
const TRIES = 50;

/** A port of 127.0.0.1 that nothing listens on now. */
export async function freePort(random: (from: number, to: number) => number = randomInt): Promise<number> {
  for (let tried = 0; tried < TRIES; tried++) {
    const port = random(FROM, TO);
    if ((await listenError(port)) === undefined) return port;
  }
  throw new Error(`None of ${TRIES} ports tried between ${FROM} and ${TO} is free.`);
}

/** @param setting the environment variable to name when it is not. @throws LocalStackError PORT_IN_USE */
export async function assertPortFree(port: number, setting: string): Promise<void> {
  const error = await listenError(port);
  if (error === 'EADDRINUSE') throw portInUse(setting, port);
  if (error !== undefined) throw portNotAllowed(setting, port, error);
}

function listenError(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, HOST, () => server.close(() => resolve(undefined)));
  });
}
