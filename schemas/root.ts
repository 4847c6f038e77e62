import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The project's folder. */
export function projectRoot(): string {
  return dirname(import.meta.dirname);
}

/** The text of a project file, by its path from the root. */
export function projectFile(...path: string[]): string {
  return readFileSync(join(projectRoot(), ...path), 'utf8');
}
