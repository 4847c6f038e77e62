/** Runs npm, Maven, Java and Vite: their output is kept for an error message, long ones say that they go on. */
import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { projectRoot } from '../../schemas/root.ts';
import { signalProcess } from '../local/process-identity.ts';

export interface CommandOptions {
  readonly env?: NodeJS.ProcessEnv;
}

export interface CommandResult {
  /** The exit code, the signal's name or 'not found'. */
  readonly code: number | string;
  /** Both streams, as they came. */
  readonly output: string;
}

const running = new Set<ChildProcess>();
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const FIRST_WORD_MS = 2_000;
const NEXT_WORD_MS = 10_000;

/** Runs a program in the checkout. Never rejects. */
export function runCommand(
  program: string,
  args: readonly string[],
  { env = process.env }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    // A process group of its own, so that what npm or Maven start can be ended with them.
    const child = spawn(program, args, {
      cwd: projectRoot(),
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    running.add(child);
    child.on('error', (error) => {
      running.delete(child);
      resolve({ code: 'code' in error && error.code === 'ENOENT' ? 'not found' : error.message, output });
    });
    child.on('close', (code, signal) => {
      running.delete(child);
      resolve({ code: code ?? signal ?? 'no exit code', output });
    });
  });
}

/**
 * Runs a step that must succeed, with a line, on standard error, when it takes longer than two seconds.
 * @throws with the command and its output
 */
export async function runStep(
  title: string,
  program: string,
  args: readonly string[],
  options?: CommandOptions,
): Promise<void> {
  const startedAt = Date.now();
  const seconds = (): number => Math.round((Date.now() - startedAt) / 1_000);
  let spoke = false;
  let timer = setTimeout(function speak() {
    console.error(spoke ? `${title}: ${seconds()} s so far` : `${title} ...`);
    spoke = true;
    timer = setTimeout(speak, NEXT_WORD_MS);
  }, FIRST_WORD_MS);
  const { code, output } = await runCommand(program, args, options);
  clearTimeout(timer);
  if (code !== 0)
    throw new Error(`${title} failed (${code}): ${[program, ...args].join(' ')}\n${output.trim()}`);
  if (spoke) console.error(`${title}: done in ${seconds()} s`);
}

/** Ctrl-C or SIGTERM during the preparation must not leave npm or Maven behind. @returns what ends the listening */
export function endCommandsOnSignal(): () => void {
  for (const signal of SIGNALS) process.on(signal, endCommands);
  return () => {
    for (const signal of SIGNALS) process.off(signal, endCommands);
  };
}

function endCommands(signal: NodeJS.Signals): void {
  // A negative pid is the whole group.
  for (const { pid } of running) if (pid !== undefined) signalProcess(-pid, 'SIGTERM');
  process.exit(128 + constants.signals[signal]);
}
