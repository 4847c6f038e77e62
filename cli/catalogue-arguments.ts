import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { CATALOGUE_NAMES, isCatalogueName, type CatalogueName } from '../domain/catalogues/catalogues.ts';
import type { SettingsChange } from '../schemas/settings-change.ts';
import { ACCOUNTABLE_USAGE, accountableOptions, effectiveAtOf, newChange } from './audit-options.ts';
import { Options } from '../platform/command-line/options.ts';

export const CATALOGUE_USAGE = `npm run catalogue -- show ${CATALOGUE_NAMES.join('|')}
npm run catalogue -- add ${CATALOGUE_NAMES.join('|')} FILE.json

The catalogues as JSON, all versions; and a new version of one. FILE.json holds one version as it is shown; it takes
effect at its effective_at, or at once where that is past or left out.

${ACCOUNTABLE_USAGE}`;

export type CatalogueCommand =
  | { readonly act: 'help' }
  | { readonly act: 'show'; readonly catalogue: CatalogueName }
  | { readonly act: 'add'; readonly change: SettingsChange };

const Version = Type.Object({ effective_at: Type.Optional(Type.String()) });

/** @param readFile the text of FILE. @throws UsageError, naming the option or the file */
export function readCatalogueArguments(
  args: readonly string[],
  readFile: (file: string) => string,
): CatalogueCommand {
  const options = new Options(CATALOGUE_USAGE, accountableOptions, args, true);
  if (options.has('help')) return { act: 'help' };
  const [act, catalogue = '', ...operands] = options.words;
  if (act !== 'show' && act !== 'add') throw options.wrong('What is to be done? show or add.');
  if (!isCatalogueName(catalogue)) {
    throw options.wrong(`Which catalogue? One of ${CATALOGUE_NAMES.join(', ')}.`);
  }
  const [file = '', ...more] = act === 'add' ? operands : ['', ...operands];
  if (more.length > 0) throw options.wrong(`${more.join(' ')} is too much.`);
  if (act === 'show') return { act, catalogue };
  if (file === '') throw options.wrong('FILE.json is missing.');
  const value = jsonIn(options, file, readFile);
  if (!Value.Check(Version, value)) throw options.wrong(`${file} must hold one version, a JSON object.`);
  const effectiveAt = effectiveAtOf(value.effective_at);
  if (effectiveAt === undefined) {
    throw options.wrong(`effective_at in ${file} is no instant like 2026-12-01T00:00:00Z.`);
  }
  const change = newChange({ kind: catalogue, org_id: '', product: '', value }, options, effectiveAt);
  return { act, change };
}

function jsonIn(
  options: Options<typeof accountableOptions>,
  file: string,
  readFile: (file: string) => string,
): unknown {
  try {
    return JSON.parse(readFile(file));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw options.wrong(`${file} cannot be read as JSON: ${why}.`);
  }
}
