/** The dashboard's pages to dist/, by Vite, when a source has changed since. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runStep } from './command.mjs';
import { fingerprintOf, isStamped } from './fingerprint.mjs';
import { inRoot } from './root.mjs';

export const DASHBOARD_SOURCES = 'api/dashboard/web';
/** Not in the folder of the pages, which each build empties. */
const STAMP = inRoot('dist/.dashboard');
/** Of the API the pages take types, and the table of who may what. */
const OUTSIDE = ['api/auth/permissions.ts', 'package-lock.json'];

export async function buildDashboard() {
  const files = readdirSync(inRoot(DASHBOARD_SOURCES), { recursive: true }).map((file) =>
    join(DASHBOARD_SOURCES, file),
  );
  const sources = fingerprintOf([...OUTSIDE, ...files.toSorted()]);
  if (isStamped(STAMP, sources)) return;
  const args = [inRoot('node_modules/vite/bin/vite.js'), 'build', DASHBOARD_SOURCES, '--logLevel', 'warn'];
  await runStep('building the dashboard', process.execPath, args);
  writeFileSync(STAMP, sources);
}
