import { execFile, type ExecFileException } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFile, projectRoot } from '../../../schemas/root.ts';

const FOLDER = ['test', 'api', 'schemathesis'];
const INSTALLED_WITHIN_MS = 240_000;
const RUN_WITHIN_MS = 60_000;

export interface Ran {
  /** The exit code; null where it was ended because it took too long. */
  readonly code: number | null;
  /** Both streams, the addresses of its findings cut short. */
  readonly output: string;
}

/** A program in an environment of its own, or why there is none: then nothing was tested, and nothing passed. */
export type Program = { readonly run: (...args: string[]) => Promise<Ran> } | { readonly notRun: string };

/** Installs the pinned versions once per checkout, into a folder that git ignores. */
export async function schemathesis(): Promise<Program> {
  const pinned = projectFile(...FOLDER, 'requirements.txt');
  const version = createHash('sha256').update(pinned).digest('hex').slice(0, 12);
  const dir = join(projectRoot(), '.data-schemathesis', version);
  const complete = join(dir, 'complete');
  const config = join(projectRoot(), ...FOLDER, 'schemathesis.toml');
  if (!existsSync(complete)) {
    // What a killed installation left behind.
    rmSync(dir, { recursive: true, force: true });
    // Installed by the system's pip: to give the environment one of its own takes as long as all the rest.
    const made = await execute('python3', ['-m', 'venv', '--without-pip', dir], INSTALLED_WITHIN_MS);
    if (made.code !== 0) return { notRun: `there is no python3 with venv (${lastLine(made.output)})` };
    const requirements = join(projectRoot(), ...FOLDER, 'requirements.txt');
    const pip = [
      '-m',
      'pip',
      '--python',
      join(dir, 'bin', 'python'),
      '--disable-pip-version-check',
      '--quiet',
    ];
    const options = ['--no-deps', '--no-compile', '--requirement', requirements];
    const installed = await execute('python3', [...pip, 'install', ...options], INSTALLED_WITHIN_MS);
    if (installed.code !== 0) return { notRun: `pip could not install it (${lastLine(installed.output)})` };
    writeFileSync(complete, '');
  }
  const program = join(dir, 'bin', 'schemathesis');
  return { run: (...args) => execute(program, ['--config-file', config, 'run', ...args], RUN_WITHIN_MS) };
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

/** Lines of an address with thousands of characters say nothing more than their beginning. */
const MAX_LINE = 300;

function execute(program: string, args: readonly string[], timeoutMs: number): Promise<Ran> {
  return new Promise((resolve) => {
    // Where it looks for its own cache: not in the checkout.
    const options = { timeout: timeoutMs, maxBuffer: 2 ** 26, cwd: process.env['TEST_DATA_DIR'] };
    execFile(program, args, options, (error: ExecFileException | null, out, errors) => {
      const lines = `${out}\n${errors}\n${error === null || typeof error.code === 'number' ? '' : error.message}`;
      const output = lines
        .split('\n')
        .map((line) => line.slice(0, MAX_LINE))
        .join('\n');
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : null, output });
    });
  });
}
