import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { CATALOGUE_NAMES, isCatalogueName, type CatalogueName } from '../domain/catalogues/catalogues.ts';
import type { SettingsChange } from '../schemas/settings-change.ts';
import { AUDIT_USAGE, auditOptions, effectiveAtOf, newChange } from './audit-options.ts';
import { Options } from '../platform/command-line/options.ts';

export const CATALOGUE_USAGE = `npm run catalogue -- show ${CATALOGUE_NAMES.join('|')}
npm run catalogue -- add ${CATALOGUE_NAMES.join('|')} FILE.json

Shows all versions of a catalogue as JSON, or adds a version. FILE.json contains one version in the same form. It takes
effect at its effective_at, or at once if that is in the past or missing.

${AUDIT_USAGE}`;

export type CatalogueCommand =
  | { readonly action: 'help' }
  | { readonly action: 'show'; readonly catalogue: CatalogueName }
  | { readonly action: 'add'; readonly change: SettingsChange };

const Version = Type.Object({ effective_at: Type.Optional(Type.String()) });

/**
 * Parses the command line of `npm run catalogue`.
 * @param readFile returns the text of FILE
 * @throws UsageError naming the option or the file
 */
export function readCatalogueArguments(
  args: readonly string[],
  readFile: (file: string) => string,
): CatalogueCommand {
  const options = new Options(CATALOGUE_USAGE, auditOptions, args, true);
  if (options.has('help')) return { action: 'help' };
  const [action, catalogue = '', ...operands] = options.words;
  if (action !== 'show' && action !== 'add') throw options.wrong('Specify an action: show or add.');
  if (!isCatalogueName(catalogue)) {
    throw options.wrong(`Specify a catalogue: ${CATALOGUE_NAMES.join(', ')}.`);
  }
  const [file = '', ...more] = action === 'add' ? operands : ['', ...operands];
  if (more.length > 0) throw options.wrong(`Unexpected argument: ${more.join(' ')}.`);
  if (action === 'show') return { action, catalogue };
  if (file === '') throw options.wrong('FILE.json is missing.');
  const value = jsonIn(options, file, readFile);
  if (!Value.Check(Version, value)) throw options.wrong(`${file} must contain one version, a JSON object.`);
  const effectiveAt = effectiveAtOf(value.effective_at);
  if (effectiveAt === undefined) {
    throw options.wrong(`effective_at in ${file} must be an instant like 2026-12-01T00:00:00Z.`);
  }
  const change = newChange({ kind: catalogue, org_id: '', product: '', value }, options, effectiveAt);
  return { action, change };
}

function jsonIn(
  options: Options<typeof auditOptions>,
  file: string,
  readFile: (file: string) => string,
): unknown {
  try {
    return JSON.parse(readFile(file));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw options.wrong(`Cannot read ${file} as JSON: ${why}.`);
  }
}
