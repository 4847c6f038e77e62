import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { LAYERS, type Source } from './layers.ts';

const TEXT = /\.(ts|tsx|mjs|sql|avsc|json|html|css|md|xml|properties|toml|py|go|java)$/;
/** Installed, compiled, downloaded or generated: not written here. */
const FOREIGN = /(^|\/)(node_modules|dist|target|\.venv|\.data|screenshots)(\/|$)/;
const FOLDERS = [...LAYERS.flat(), 'docs', 'conformance'];

/** Every text file that people write: code, SQL, styles, documents. Paths are relative to the root. */
export function readProjectFiles(root: string): Source[] {
  const inFolders = FOLDERS.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  );
  const atRoot = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'package-lock.json')
    .map((entry) => entry.name);
  return [...atRoot, ...inFolders]
    .filter((path) => TEXT.test(path) && !FOREIGN.test(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}
