import { Type } from 'typebox';
import { parseCatalogue, type CatalogueName, type Catalogues } from '../catalogues/catalogues.ts';
import { InvalidCatalogueError } from '../catalogues/invalid-catalogue.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';
import { formatInstant } from '../instants.ts';
import { effectiveAt, parseValue } from './change-rules.ts';
import { rejectedChange, SettingsRejectedError } from './rejected-change.ts';

/** The versions of the catalogues as JSON, in the order in which they were recorded. */
export type CatalogueJson = Readonly<Record<CatalogueName, readonly unknown[]>>;

/** The contents of a version are checked later, together with the other versions of its catalogue. */
const AnyVersion = Type.Object({});
/** D: one a week for ten years. Each new version is compared with all others. */
const MAX_VERSIONS = 500;

export interface HeldCatalogues {
  readonly json: CatalogueJson;
  readonly catalogues: Catalogues;
}

/**
 * The catalogues after one more version. The version takes effect when it was recorded or later, never before.
 * @throws SettingsRejectedError for a version that breaks the rules of domain/catalogues/: an overlap, a negative
 *   price, slabs out of order, a missing edition
 */
export function applyCatalogueChange(
  { json, catalogues }: HeldCatalogues,
  change: LoggedChange,
  name: CatalogueName,
): HeldCatalogues {
  if (change.org_id !== '')
    throw rejectedChange(
      'org-id',
      '',
      'a catalogue applies to every organisation: leave the organisation’s id empty',
    );
  const given = parseValue(AnyVersion, change.value);
  const version = { ...given, effective_at: formatInstant(effectiveAt(change)) };
  if (json[name].length >= MAX_VERSIONS) {
    const message = `the catalogue of ${name} has ${MAX_VERSIONS} versions already, the most that are kept`;
    throw rejectedChange('too-many-versions', '', message);
  }
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
    // Paths point into the list of versions, of which the change's own value is the last.
    const own = `/${versions.length - 1}`;
    const problems = error.problems.map(({ code, path, message }) =>
      path.startsWith(own)
        ? { code, path: path.slice(own.length), message }
        : { code, path: '', message: `a version that takes effect later ${message}` },
    );
    const [first, ...more] = problems;
    throw first
      ? new SettingsRejectedError(first, ...more)
      : rejectedChange('catalogue-invalid', '', error.message);
  }
}
