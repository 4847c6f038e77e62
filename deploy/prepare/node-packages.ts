/** node_modules, as package-lock.json wants it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../schemas/root.ts';
import { runStep } from './command.ts';

interface LockedPackage {
  readonly version?: string;
  readonly optional?: boolean;
}

/**
 * npm writes node_modules/.package-lock.json last, so a killed installation has none. Contents are compared,
 * not times: a fresh clone, a branch switch or `npm install` by hand change times without changing versions.
 */
export function nodePackagesAreStale(): boolean {
  const installedFile = join(projectRoot(), 'node_modules/.package-lock.json');
  if (!existsSync(installedFile)) return true;
  const wanted = packagesOf(join(projectRoot(), 'package-lock.json'));
  const installed = packagesOf(installedFile);
  return Object.entries(wanted).some(([path, { version, optional }]) => {
    if (path === '') return false;
    const there = installed[path];
    // Packages for other platforms are optional and rightly absent.
    return there === undefined ? !optional : there.version !== version;
  });
}

export async function installNodePackages(): Promise<void> {
  const args = ['ci', '--include=dev', '--prefer-offline', '--no-progress', '--loglevel=error'];
  const npm = process.env['npm_execpath'];
  const [program, first] = npm ? [process.execPath, [npm]] : ['npm', []];
  await runStep('installing node packages', program, [...first, ...args]);
}

function packagesOf(file: string): Readonly<Record<string, LockedPackage>> {
  const { packages } = JSON.parse(readFileSync(file, 'utf8'));
  return packages;
}
