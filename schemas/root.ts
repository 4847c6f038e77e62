import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** No folder above the code has a package.json. */
export class ProjectRootError extends Error {
  readonly code = 'NO_PROJECT_ROOT';
  constructor() {
    super('No package.json above the code: run it from within the project.');
    this.name = 'ProjectRootError';
  }
}

/** The project's folder, whether the code runs from its sources or from dist/. @throws ProjectRootError */
export function projectRoot(from: string = import.meta.dirname): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new ProjectRootError();
  return projectRoot(parent);
}

/** The text of a project file, by its path from the root. */
export function projectFile(...path: string[]): string {
  return readFileSync(join(projectRoot(), ...path), 'utf8');
}
