import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The project's folder, whether the code runs from its sources or from dist/. */
export function projectRoot(from: string = import.meta.dirname): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('No package.json above the code: run it from within the project.');
  return projectRoot(parent);
}

/** The text of a file of the project, by its path from the root. */
export function projectFile(...path: string[]): string {
  return readFileSync(join(projectRoot(), ...path), 'utf8');
}
