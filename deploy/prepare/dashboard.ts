/** The dashboard's pages to dist/dashboard, by Vite, when a source has changed since. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../schemas/root.ts';
import { runStep } from './command.ts';
import { fingerprintOf, isStamped } from './fingerprint.ts';

const SOURCES = 'api/dashboard/web';
/** Not in the folder of the pages, which each build empties. */
const STAMP = join(projectRoot(), 'dist/.dashboard');
/** What the pages contain from other folders; otherwise they take only types. */
const OUTSIDE = [
  'api/auth/permissions.ts',
  'api/sign-in/problems.ts',
  'domain/calendar/zone-rules.ts',
  'domain/settings/sample-subscription.ts',
  'domain/settings/org-history.ts',
  'platform/printable-text.ts',
  'schemas/time-units.ts',
  'package-lock.json',
];

export async function buildDashboard(): Promise<void> {
  const files = readdirSync(join(projectRoot(), SOURCES), { encoding: 'utf8', recursive: true });
  const sources = fingerprintOf([...OUTSIDE, ...files.map((file) => join(SOURCES, file)).toSorted()]);
  if (isStamped(STAMP, sources)) return;
  const args = ['node_modules/vite/bin/vite.js', 'build', SOURCES, '--logLevel', 'warn'];
  await runStep('building the dashboard', process.execPath, args);
  writeFileSync(STAMP, sources);
}
