import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { runDataDir } from '../servers/addresses.ts';
import { projectRoot } from '../../schemas/root.ts';
import { PROGRAM_ENV } from '../servers/program-env.ts';

/** The compiled consumer as a child process. */
export interface ConsumerProcess {
  readonly pid: number;
  /** SIGTERM; resolves with the exit code and how long it took. */
  stop(): Promise<{ code: number | null; stopMs: number }>;
  /** kill -9; resolves when the process has ended. */
  kill(): Promise<void>;
  /** Resolves with the exit code when it ends by itself. */
  readonly exited: Promise<number | null>;
  /** Everything it has logged. */
  log(): string;
}

const running = new Set<ConsumerProcess>();

/**
 * @param settings its whole environment except PROGRAM_ENV
 * @param program another program that lands events, by its path from the project's root
 * @param flags of Node
 */
export function startConsumer(
  settings: object,
  program = 'consumers/main.ts',
  flags: readonly string[] = [],
): ConsumerProcess {
  const child = spawn(process.execPath, [...flags, join(projectRoot(), program)], {
    env: { ...PROGRAM_ENV, SESSION_TIMEOUT_MS: '6000', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  const file = createWriteStream(join(runDataDir(), 'consumers.log'), { flags: 'a' });
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (log += text));
    stream.pipe(file, { end: false });
  }
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => {
      running.delete(consumer);
      file.end();
      resolve(code);
    });
  });
  if (child.pid === undefined) throw new Error(`${program} could not be started`);
  const consumer: ConsumerProcess = {
    pid: child.pid,
    exited,
    log: () => log,
    stop: async () => {
      const started = performance.now();
      child.kill('SIGTERM');
      return { code: await exited, stopMs: performance.now() - started };
    },
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
  running.add(consumer);
  return consumer;
}

/** For afterAll: no consumer survives a failed suite. */
export async function killConsumers(): Promise<void> {
  await Promise.all([...running].map((consumer) => consumer.kill()));
}
