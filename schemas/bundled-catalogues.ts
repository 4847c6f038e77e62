import { projectFile } from './root.ts';

/**
 * The catalogues of the release, schemas/catalogues/*.json: each a list of unchecked versions. The settings log starts
 * from them, so they are never edited: a new version is a change in that log.
 */
export function bundledCatalogueJson(): { editions: unknown[]; prices: unknown[]; costs: unknown[] } {
  return { editions: bundled('editions'), prices: bundled('prices'), costs: bundled('costs') };
}

function bundled(name: string): unknown[] {
  const versions: unknown = JSON.parse(projectFile('schemas', 'catalogues', `${name}.json`));
  if (!Array.isArray(versions)) {
    throw new TypeError(`schemas/catalogues/${name}.json must be a list of versions.`);
  }
  return versions;
}
