import { pathToFileURL } from 'node:url';
import { inRoot } from './root.mjs';

/** Runs dist/PATH.js in this process, as if it had been called with the arguments. */
export async function runProgram(path, args) {
  const file = inRoot('dist', `${path}.js`);
  // The program sees its own arguments where every Node program has them.
  process.argv.splice(1, process.argv.length, file, ...args);
  await import(pathToFileURL(file).href);
}
