import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/**
 * The folders from the ground up, and the rooms of consumers/. A file imports from its own folder and from the layers
 * below it; folders on one line stand side by side and never import each other.
 */
export const LAYERS: readonly (readonly string[])[] = [
  ['schemas'],
  ['platform'],
  ['domain'],
  ['store'],
  ['producers', 'consumers', 'aggregator', 'alerts', 'gate', 'api'],
  ['cli'],
  ['deploy'],
  ['test'],
];
const ROOMS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  consumers: [['fetch'], ['write']],
};

/** All that domain/ may import besides itself and schemas/: it computes, and does nothing else. */
const PURE = new Set([
  'platform/compiled-schema.ts',
  'decimal.js',
  'moment-timezone/data/packed/latest.json',
  // Digests and signatures are computed.
  'node:crypto',
  'typebox',
]);

export interface Source {
  /** From the project's root. */
  readonly path: string;
  readonly text: string;
}

/** Every file of code and SQL in the layers. */
export function readSources(root: string): Source[] {
  return LAYERS.flat().flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|tsx|mjs|sql)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((path) => !path.includes('/target/') && !path.includes('node_modules'))
      .map((path) => ({ path: relative(root, path), text: readFileSync(path, 'utf8') })),
  );
}

/** What a file imports: project files by their path from the root, packages by their name. */
export function importsOf({ path, text }: Source): string[] {
  const statements = text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^'\n]+)'/g);
  return [...statements].map(([, target = '']) =>
    target.startsWith('.') ? relative(resolve('/'), resolve('/', dirname(path), target)) : target,
  );
}

/** Imports that point upwards or sideways, each as a sentence. */
export function upwardImports(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    importsOf(source)
      .filter((target) => isUpward(source.path, target))
      .map((target) => `${source.path} imports ${target}: ${folderOf(target)}/ is not below it`),
  );
}

/** Imports that would make domain/ more than mathematics, each as a sentence. */
export function impureImports(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => path.startsWith('domain/'))
    .flatMap((source) =>
      importsOf(source)
        .filter((target) => !/^(domain|schemas)\//.test(target) && !PURE.has(target))
        .map((target) => `${source.path} imports ${target}: domain/ does no I/O`),
    );
}

/** How many imports lead from each folder (the row) into each other one, in the order of the layers. */
export function importMatrix(sources: readonly Source[]): number[][] {
  const folders = LAYERS.flat();
  const matrix = folders.map(() => folders.map(() => 0));
  for (const source of sources) {
    const row = matrix[folders.indexOf(folderOf(source.path))];
    for (const target of importsOf(source)) {
      const column = folders.indexOf(folderOf(target));
      if (row && column >= 0) row[column] = (row[column] ?? 0) + 1;
    }
  }
  return matrix;
}

function isUpward(path: string, target: string): boolean {
  const [from, to] = [folderOf(path), folderOf(target)];
  if (rankOf(LAYERS, to) < 0) return false;
  if (from !== to) return rankOf(LAYERS, to) >= rankOf(LAYERS, from);
  const rooms = ROOMS[from];
  if (rooms === undefined) return false;
  const [own, other] = [roomOf(path), roomOf(target)];
  // What lies beside the rooms joins them; the rooms know nothing of it but the configuration and the counters.
  return own !== other && own !== '' && other !== '' && rankOf(rooms, other) >= rankOf(rooms, own);
}

const folderOf = (path: string): string => path.split('/')[0] ?? '';
const roomOf = (path: string): string => (path.split('/').length > 2 ? (path.split('/')[1] ?? '') : '');
const rankOf = (layers: readonly (readonly string[])[], name: string): number =>
  layers.findIndex((names) => names.includes(name));
