import { Type } from 'typebox';
import { parseCatalogue, type CatalogueName, type Catalogues } from '../catalogues/catalogues.ts';
import { InvalidCatalogueError } from '../catalogues/parse.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';
import { effectiveAt, parseValue } from './change-rules.ts';
import { rejectedChange, SettingsRejectedError } from './rejected-change.ts';

/** The catalogues' versions as JSON, in the order in which they were recorded: what is published, and parsed. */
export type CatalogueJson = Readonly<Record<CatalogueName, readonly unknown[]>>;

/** What a version holds is checked with the others of its catalogue. */
const AnyVersion = Type.Object({});

export interface HeldCatalogues {
  readonly json: CatalogueJson;
  readonly catalogues: Catalogues;
}

/**
 * The catalogues after one more version, by the rules of schemas/catalogues/: an overlap, a negative price, slabs
 * out of order, an edition left out are refused. The log decides when it takes effect: never before it was recorded.
 */
export function applyCatalogueChange(
  { json, catalogues }: HeldCatalogues,
  change: LoggedChange,
  name: CatalogueName,
): HeldCatalogues {
  if (change.org_id !== '')
    throw rejectedChange('org-id', '', 'a catalogue is everybody’s: it names no organisation');
  const given = parseValue(AnyVersion, change.value);
  const version = { ...given, effective_at: new Date(effectiveAt(change)).toISOString() };
  const versions = [...json[name], version];
  return {
    json: { ...json, [name]: versions },
    catalogues: { ...catalogues, ...parsed(name, versions) },
  };
}

function parsed(name: CatalogueName, versions: readonly unknown[]): Partial<Catalogues> {
  try {
    return parseCatalogue(name, versions);
  } catch (error) {
    if (!(error instanceof InvalidCatalogueError)) throw error;
    // Paths lead into the list of versions; the change's own value is its last one.
    const own = `/${versions.length - 1}`;
    const problems = error.problems.map(({ code, path, message }) =>
      path.startsWith(own)
        ? { code, path: path.slice(own.length), message }
        : { code, path: '', message: `a version that takes effect later ${message}` },
    );
    const [first, ...more] = problems;
    throw first ? new SettingsRejectedError(first, ...more) : rejectedChange(error.code, '', error.message);
  }
}
