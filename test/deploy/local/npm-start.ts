import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from '../../../deploy/local/until.ts';
import { projectRoot } from '../../../schemas/root.ts';

export interface NpmStart {
  readonly pid: number;
  /** Standard output and error so far. */
  output(): string;
  /** Waits until a text is printed. @throws with the output where it is not */
  untilPrinted(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** The exit code or the signal. */
  readonly exited: Promise<unknown>;
}

const PRINTED_WITHIN_MS = 90_000;

/** `npm start` as a user runs it, without the sample log. */
export function npmStart(
  variables: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): NpmStart {
  const child = spawn('npm', ['start', '--silent', '--', ...args], {
    cwd: projectRoot(),
    env: { ...process.env, REPLAY: 'none', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = once(child, 'close').then(([code, signal]: unknown[]) => code ?? signal);
  return {
    pid: child.pid ?? 0,
    output: () => output,
    untilPrinted: async (text) => {
      if (await until(() => output.includes(text) || child.exitCode !== null, PRINTED_WITHIN_MS)) {
        if (output.includes(text)) return;
      }
      throw new Error(`npm start did not print ${JSON.stringify(text)} but:\n${output}`);
    },
    kill: (signal) => void child.kill(signal),
    exited,
  };
}
