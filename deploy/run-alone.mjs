/**
 * Runs a compiled program that starts servers of its own: `node deploy/run-alone.mjs PATH [ARGUMENTS]` runs
 * dist/PATH.js.
 */
import { pathToFileURL } from 'node:url';
import { prepareOrExit } from './prepare.mjs';
import { inRoot } from './prepare/root.mjs';

const [program, ...args] = process.argv.slice(2);
await prepareOrExit({ needsKafka: true });
const file = inRoot('dist', `${program}.js`);
// The program sees its own arguments where every Node program has them.
process.argv.splice(1, process.argv.length, file, ...args);
await import(pathToFileURL(file).href);
