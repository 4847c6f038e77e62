/** node_modules, as package-lock.json wants it. */
import { existsSync, readFileSync } from 'node:fs';
import { runStep } from './command.mjs';
import { inRoot } from './root.mjs';

/**
 * npm writes node_modules/.package-lock.json last, so a killed installation has none. Contents are compared,
 * not times: a fresh clone, a branch switch or `npm install` by hand change times without changing versions.
 */
export function nodePackagesAreStale() {
  const installedFile = inRoot('node_modules/.package-lock.json');
  if (!existsSync(installedFile)) return true;
  const wanted = packagesOf(inRoot('package-lock.json'));
  const installed = packagesOf(installedFile);
  return Object.entries(wanted).some(([path, { version, optional, link }]) => {
    if (path === '' || link) return false;
    const there = installed[path];
    // Packages for other platforms are optional and rightly absent.
    return there === undefined ? !optional : there.version !== version;
  });
}

/**
 * What package-lock.json pins, with `npm install`: `npm ci` refuses a lock file that does not list the optional
 * packages of every platform, and this one may have been written where a registry has only some of them.
 */
export async function installNodePackages() {
  const args = [
    'install',
    '--no-save',
    '--include=dev',
    '--prefer-offline',
    '--no-progress',
    '--loglevel=error',
  ];
  const npm = process.env.npm_execpath;
  const [program, first] = npm ? [process.execPath, [npm]] : ['npm', []];
  await runStep('installing node packages', program, [...first, ...args]);
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}
