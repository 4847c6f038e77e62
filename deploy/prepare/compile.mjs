/** TypeScript to dist/, when a source has changed since. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './command.mjs';
import { inRoot } from './root.mjs';

const STAMP = inRoot('dist/.sources');
const CONFIGURATION = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];

export async function compile() {
  const sources = fingerprint();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sources) return;
  // Types are checked by `npm run check` and `npm test`; starting only needs the JavaScript.
  const args = [inRoot('node_modules/typescript/bin/tsc'), '--noCheck', '-p', 'tsconfig.build.json'];
  await runStep('compiling', process.execPath, args);
  writeFileSync(STAMP, sources);
}

/** Changes with any file's path, size or time: equal, not newer, for a copied file may be an older one. */
function fingerprint() {
  const { include } = JSON.parse(readFileSync(inRoot('tsconfig.json'), 'utf8'));
  const sources = include.flatMap((folder) =>
    readdirSync(inRoot(folder), { recursive: true })
      .filter((file) => file.endsWith('.ts') || file.endsWith('.json'))
      .map((file) => join(folder, file)),
  );
  const hash = createHash('sha256');
  for (const file of [...CONFIGURATION, ...sources.toSorted()]) {
    const stat = statSync(inRoot(file), { throwIfNoEntry: false });
    hash.update(`${file} ${stat?.mtimeMs} ${stat?.size}\n`);
  }
  return hash.digest('hex');
}
