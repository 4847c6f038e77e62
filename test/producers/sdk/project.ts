import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** An empty project outside the repository that has installed one tarball. */
export interface InstalledProject {
  readonly folder: string;
  /** Runs a program in the project. @returns its output. @throws with its output where it fails */
  run(program: string, args: readonly string[], env?: Readonly<Record<string, string>>): Promise<string>;
  drop(): void;
}

export async function installProject(
  tarball: string,
  files: Readonly<Record<string, string>>,
): Promise<InstalledProject> {
  const folder = mkdtempSync(join(tmpdir(), 'api-credits-sdk-'));
  const inFolder: InstalledProject['run'] = async (program, args, env = {}) => {
    const { stdout, stderr } = await run(program, args, { cwd: folder, env: { ...process.env, ...env } });
    return stdout + stderr;
  };
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  await inFolder('npm', [
    'install',
    tarball,
    '--prefer-offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
  ]);
  return { folder, run: inFolder, drop: () => rmSync(folder, { recursive: true, force: true }) };
}
