import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TIME_ZONE_RULES } from '../../domain/calendar/zone-rules.ts';
import { projectRoot } from '../../schemas/root.ts';
import type { UnknownOrgs } from '../../domain/settings/state.ts';

/** All that decides what a log of settings means: a change of any of these files makes earlier snapshots useless. */
const SOURCES = [
  'domain/settings',
  'domain/alerts',
  'domain/catalogues',
  'domain/calendar',
  'domain',
  'schemas',
  'schemas/catalogues',
];
let ofSources: string | undefined;

/**
 * Names the code and the rules that fold a log. It is the digest of the sources themselves, as a version that someone
 * must remember to raise would one day be forgotten. Two releases that fold alike fold the log once more each: harmless.
 */
export function foldIdentity(unknownOrgs: UnknownOrgs): string {
  ofSources ??= digestOf(SOURCES);
  return `${ofSources} ${TIME_ZONE_RULES.version} ${unknownOrgs}`;
}

function digestOf(folders: readonly string[]): string {
  const hash = createHash('sha256');
  for (const folder of folders) {
    const names = readdirSync(join(projectRoot(), folder)).toSorted();
    for (const name of names.filter((each) => /\.(ts|json|avsc)$/.test(each))) {
      hash.update(`${folder}/${name}\n`).update(readFileSync(join(projectRoot(), folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 32);
}
