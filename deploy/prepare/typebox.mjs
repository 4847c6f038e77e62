/**
 * typebox as a few files instead of 684, to dist/node_modules, where what is compiled to dist/ finds it first. Node
 * takes half a second to load the many, at every start of every process, also of `npm run org -- show`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintOf, isStamped } from './fingerprint.mjs';
import { inRoot, root } from './root.mjs';

const FOLDER = 'dist/node_modules/typebox';
const STAMP = inRoot(FOLDER, '.sources');
const PACKAGE = 'node_modules/typebox/package.json';

export async function bundleTypebox() {
  const sources = fingerprintOf([PACKAGE, 'deploy/prepare/typebox.mjs']);
  if (isStamped(STAMP, sources)) return;
  const { version, exports } = JSON.parse(readFileSync(inRoot(PACKAGE), 'utf8'));
  const entries = Object.keys(exports).map((path) => ({
    path,
    name: path === '.' ? 'index' : path.slice(2),
  }));
  // Not at the top: this file is loaded before the packages are installed.
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({
    cwd: root,
    input: Object.fromEntries(entries.map(({ path, name }) => [name, join('typebox', path)])),
    platform: 'node',
  });
  await bundle.write({ dir: inRoot(FOLDER), format: 'esm' });
  const files = Object.fromEntries(entries.map(({ path, name }) => [path, `./${name}.js`]));
  writeFileSync(
    inRoot(FOLDER, 'package.json'),
    JSON.stringify({ name: 'typebox', version, type: 'module', exports: files }),
  );
  writeFileSync(STAMP, sources);
}
