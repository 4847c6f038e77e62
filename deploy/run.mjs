/** Runs a compiled program of this project: `node deploy/run.mjs PATH [ARGUMENTS]` runs dist/PATH.js. */
import { pathToFileURL } from 'node:url';
import { prepareOrExit } from './prepare.mjs';
import { inRoot } from './prepare/root.mjs';

const [program, ...args] = process.argv.slice(2);
if (!program) {
  console.error(
    'Name the program to run, for example: node deploy/run.mjs deploy/local/token --role platform',
  );
  process.exit(1);
}
await prepareOrExit({ needsKafka: false });
const file = inRoot('dist', `${program}.js`);
// The program sees its own arguments where every Node program has them.
process.argv.splice(1, process.argv.length, file, ...args);
await import(pathToFileURL(file).href);
