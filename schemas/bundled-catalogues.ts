import { projectFile } from './root.ts';

/**
 * The catalogues that come with the release, schemas/catalogues/*.json, each a list of versions as yet unchecked. The
 * settings log starts from them, so they are never edited: a new version is a change in that log.
 */
export function bundledCatalogueJson(): { editions: unknown[]; prices: unknown[]; costs: unknown[] } {
  return { editions: bundled('editions'), prices: bundled('prices'), costs: bundled('costs') };
}

function bundled(name: string): unknown[] {
  const versions: unknown = JSON.parse(projectFile('schemas', 'catalogues', `${name}.json`));
  if (!Array.isArray(versions))
    throw new Error(`schemas/catalogues/${name}.json must be a list of versions.`);
  return versions;
}
