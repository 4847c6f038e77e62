/** What tells whether something must be built again. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { inRoot } from './root.mjs';

/** Changes with any file's path, size or time: equal, not newer, for a copied file may be an older one. */
export function fingerprintOf(files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const stat = statSync(inRoot(file), { throwIfNoEntry: false });
    hash.update(`${file} ${stat?.mtimeMs} ${stat?.size}\n`);
  }
  return hash.digest('hex');
}

export const isStamped = (stamp, fingerprint) =>
  existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint;
