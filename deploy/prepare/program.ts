import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../schemas/root.ts';

/**
 * Runs a program in this process, as if Node had been called with it and its arguments.
 * @param path from the project's root
 */
export async function runProgram(path: string, args: readonly string[]): Promise<void> {
  const file = join(projectRoot(), path);
  process.argv.splice(1, process.argv.length, file, ...args);
  await import(pathToFileURL(file).href);
}
