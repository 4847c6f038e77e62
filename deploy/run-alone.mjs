/**
 * Runs a compiled program that starts servers of its own: `node deploy/run-alone.mjs PATH [ARGUMENTS]` runs
 * dist/PATH.js.
 */
import { prepareOrExit } from './prepare.mjs';
import { runProgram } from './prepare/program.mjs';

const [program, ...args] = process.argv.slice(2);
await prepareOrExit({ needsKafka: true });
await runProgram(program, args);
