import { parseArgs } from 'node:util';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { CATALOGUE_NAMES, isCatalogueName, type CatalogueName } from '../../schemas/catalogues.ts';
import type { SettingsChange } from '../../schemas/settings-change.ts';
import { ACCOUNTABLE_USAGE, accountableOptions, effectiveAtOf, newChange } from './accountable.ts';
import { UsageError } from './command.ts';

export const CATALOGUE_USAGE = `npm run catalogue -- show ${CATALOGUE_NAMES.join('|')}
npm run catalogue -- add ${CATALOGUE_NAMES.join('|')} FILE.json

The catalogues as JSON, all versions; and a new version of one. FILE.json holds one version as it is shown; it takes
effect at its effective_at, or at once where that is past or left out.

${ACCOUNTABLE_USAGE}`;

export type CatalogueWish =
  | { readonly act: 'help' }
  | { readonly act: 'show'; readonly catalogue: CatalogueName }
  | { readonly act: 'add'; readonly change: SettingsChange };

const Version = Type.Object({ effective_at: Type.Optional(Type.String()) });

/** @param readFile the text of FILE. @throws UsageError, naming the option or the file */
export function readCatalogueArguments(
  args: readonly string[],
  readFile: (file: string) => string,
): CatalogueWish {
  const { values, positionals } = parse(args);
  if (values.help) return { act: 'help' };
  const [act, catalogue = '', ...operands] = positionals;
  if (act !== 'show' && act !== 'add') throw usage('What is to be done? show or add.');
  if (!isCatalogueName(catalogue)) throw usage(`Which catalogue? One of ${CATALOGUE_NAMES.join(', ')}.`);
  const [file = '', ...more] = act === 'add' ? operands : ['', ...operands];
  if (more.length > 0) throw usage(`${more.join(' ')} is too much.`);
  if (act === 'show') return { act, catalogue };
  if (file === '') throw usage('FILE.json is missing.');
  const value = versionIn(file, readFile);
  const effectiveAt = effectiveAtOf(value.effective_at);
  if (effectiveAt === undefined)
    throw usage(`effective_at in ${file} is no instant like 2026-12-01T00:00:00Z.`);
  const { by, reason } = values;
  return {
    act,
    change: newChange({ kind: catalogue, org_id: '', product: '', value }, { by, reason, effectiveAt }),
  };
}

function versionIn(file: string, readFile: (file: string) => string) {
  let json: unknown;
  try {
    json = JSON.parse(readFile(file));
  } catch (error) {
    throw usage(`${file} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}.`);
  }
  if (Value.Check(Version, json)) return json;
  throw usage(`${file} must hold one version, a JSON object.`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { ...accountableOptions, help: { type: 'boolean', default: false } },
    });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

const usage = (problem: string): UsageError => new UsageError(problem, CATALOGUE_USAGE);
