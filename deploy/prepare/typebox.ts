/**
 * typebox as a few files instead of 684, which take Node 0.3 s to load at every start of every process. Its types and
 * its sources stay as npm installs them.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../schemas/root.ts';

const FOLDER = join(projectRoot(), 'node_modules/typebox');
const MANIFEST = join(FOLDER, 'package.json');

export async function bundleTypebox(): Promise<void> {
  const manifest = JSON.parse(readFileSync(MANIFEST, 'utf8'));
  if (manifest.bundled) return;
  const entries = Object.entries<{ import: string }>(manifest.exports).map(([path, target]) => ({
    path,
    source: target.import,
    name: path === '.' ? 'index' : path.slice(2),
  }));
  // Not at the top: this file is loaded before the packages are installed.
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({
    cwd: FOLDER,
    input: Object.fromEntries(entries.map(({ name, source }) => [name, source])),
    platform: 'node',
  });
  await bundle.write({
    dir: join(FOLDER, 'bundle'),
    entryFileNames: '[name].mjs',
    chunkFileNames: '[name]-[hash].mjs',
  });
  const exports = entries.map(({ path, name, source }) => [
    path,
    { types: source.replace(/\.mjs$/, '.d.mts'), default: `./bundle/${name}.mjs` },
  ]);
  // Renamed at last: typebox is bundled as a whole or not at all.
  const draft = `${MANIFEST}.${process.pid}`;
  writeFileSync(draft, JSON.stringify({ ...manifest, bundled: true, exports: Object.fromEntries(exports) }));
  renameSync(draft, MANIFEST);
}
