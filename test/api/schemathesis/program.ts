import { execFile, type ExecFileException } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFile, projectRoot } from '../../../schemas/root.ts';

const FOLDER = ['test', 'api', 'schemathesis'];
const INSTALL_TIMEOUT_MS = 240_000;
const RUN_TIMEOUT_MS = 60_000;

export interface Ran {
  /** The exit code; null after the timeout. */
  readonly code: number | null;
  /** Both streams, with long lines cut short. */
  readonly output: string;
}

/** An installed program, or why it could not be installed: then no test ran, and none passed. */
export type Program = { readonly run: (...args: string[]) => Promise<Ran> } | { readonly notRun: string };

/** Installs the pinned versions once per checkout, into a folder that git ignores. */
export async function schemathesis(): Promise<Program> {
  const pinned = projectFile(...FOLDER, 'requirements.txt');
  const version = createHash('sha256').update(pinned).digest('hex').slice(0, 12);
  const dir = join(projectRoot(), '.data-schemathesis', version);
  const complete = join(dir, 'complete');
  const config = join(projectRoot(), ...FOLDER, 'schemathesis.toml');
  if (!existsSync(complete)) {
    // The rest of a killed installation.
    rmSync(dir, { recursive: true, force: true });
    // Installed by the system's pip: an own one in the environment would take as long as everything else.
    const made = await execute('python3', ['-m', 'venv', '--without-pip', dir], INSTALL_TIMEOUT_MS);
    if (made.code !== 0) return { notRun: `python3 with venv is missing (${lastLine(made.output)})` };
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
    const installed = await execute('python3', [...pip, 'install', ...options], INSTALL_TIMEOUT_MS);
    if (installed.code !== 0) return { notRun: `pip could not install it (${lastLine(installed.output)})` };
    writeFileSync(complete, '');
  }
  const program = join(dir, 'bin', 'schemathesis');
  return { run: (...args) => execute(program, ['--config-file', config, 'run', ...args], RUN_TIMEOUT_MS) };
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

/** URLs of thousands of characters are cut: the beginning is enough. */
const MAX_LINE = 300;

function execute(program: string, args: readonly string[], timeoutMs: number): Promise<Ran> {
  return new Promise((resolve) => {
    // The program keeps a cache in its working directory: not in the checkout.
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
