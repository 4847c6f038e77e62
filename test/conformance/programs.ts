import { spawn } from 'node:child_process';

export interface Outcome {
  /** The exit code, the signal's name, or 'not found'. */
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Written to standard input, which then ends. */
  readonly input?: string;
  readonly timeoutMs?: number;
}

/** Runs a program to its end. Never rejects. */
export function run(
  [program = '', ...args]: readonly string[],
  { cwd, env = {}, input = '', timeoutMs = 60_000 }: RunOptions,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, timeout: timeoutMs });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => void (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text));
    child.on('error', (error) => {
      const code = 'code' in error && error.code === 'ENOENT' ? 'not found' : error.message;
      resolve({ code, stdout, stderr });
    });
    child.on('close', (code, signal) => resolve({ code: code ?? signal ?? 'no exit code', stdout, stderr }));
    // A program that ends early does not read it: its exit code says why.
    child.stdin.on('error', () => undefined).end(input);
  });
}
