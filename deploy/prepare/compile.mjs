/** TypeScript to dist/, when a source has changed since. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './command.mjs';
import { DASHBOARD_SOURCES } from './dashboard.mjs';
import { fingerprintOf, isStamped } from './fingerprint.mjs';
import { inRoot } from './root.mjs';

const STAMP = inRoot('dist/.sources');
const CONFIGURATION = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];

export async function compile() {
  const sources = fingerprintOf([...CONFIGURATION, ...listSources()]);
  if (isStamped(STAMP, sources)) return;
  // Types are checked by `npm run check` and `npm test`; starting only needs the JavaScript.
  const args = [inRoot('node_modules/typescript/bin/tsc'), '--noCheck', '-p', 'tsconfig.build.json'];
  await runStep('compiling', process.execPath, args);
  writeFileSync(STAMP, sources);
}

function listSources() {
  const { include } = JSON.parse(readFileSync(inRoot('tsconfig.json'), 'utf8'));
  return include
    .flatMap((folder) =>
      readdirSync(inRoot(folder), { recursive: true })
        .filter((file) => file.endsWith('.ts') || file.endsWith('.json'))
        .map((file) => join(folder, file)),
    )
    .filter((file) => !file.startsWith(DASHBOARD_SOURCES))
    .toSorted();
}
