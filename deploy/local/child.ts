import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { forgetPid, recordPid } from './pid-record.ts';

export interface ChildOptions {
  /** Names the log file and the pid record. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly dataDir: string;
  /** With an IPC channel the child notices when this process ends, even by kill -9. */
  readonly ipc?: boolean;
  /** Standard output goes to `stdout` below instead of the log. */
  readonly pipeOutput?: boolean;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  readonly exited: Promise<Exit>;
  /** Empty without `pipeOutput`. */
  readonly stdout: Readable;
  kill(signal: NodeJS.Signals): void;
  /** Sends SIGTERM, then SIGKILL if the process still runs after `withinMs`. Resolves when it has exited. */
  stop(withinMs: number): Promise<void>;
}

const LOG_ROTATE_BYTES = 16 * 2 ** 20;

/**
 * Starts a process in its own process group, so that Ctrl-C reaches only the parent, which stops its children in
 * order. Its output goes to DATA_DIR/logs/NAME.log, its pid to DATA_DIR/pids.
 */
export async function startChild(options: ChildOptions): Promise<Child> {
  const { name, command, args, dataDir } = options;
  const logFile = logFileOf(dataDir, name);
  const log = openLog(logFile);
  const spawned = spawn(command, args, {
    detached: true,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', options.pipeOutput ? 'pipe' : log, log, ...(options.ipc ? (['ipc'] as const) : [])],
  });
  closeSync(log);
  const exited = new Promise<Exit>((resolve) => {
    spawned.once('exit', (code, signal) => {
      forgetPid(dataDir, name);
      resolve({ code, signal });
    });
  });
  await once(spawned, 'spawn'); // rejects where there is no such program
  const { pid } = spawned;
  if (pid === undefined) throw new Error(`${name} was spawned without a pid`);
  recordPid(dataDir, name, pid);

  const isRunning = (): boolean => spawned.exitCode === null && spawned.signalCode === null;
  return {
    name,
    pid,
    logFile,
    exited,
    stdout: spawned.stdout ?? Readable.from([]),
    kill: (signal) => {
      spawned.kill(signal);
    },
    stop: async (withinMs) => {
      if (!isRunning()) return;
      spawned.kill('SIGTERM');
      const force = setTimeout(() => spawned.kill('SIGKILL'), withinMs);
      await exited;
      clearTimeout(force);
    },
  };
}

/** The end of a log, for an error message. */
export function lastLines(logFile: string, count = 15): string {
  return readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-count).join('\n');
}

export function logFileOf(dataDir: string, name: string): string {
  return join(dataDir, 'logs', `${name}.log`);
}

function openLog(file: string): number {
  mkdirSync(join(file, '..'), { recursive: true });
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_ROTATE_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, 'a');
}
