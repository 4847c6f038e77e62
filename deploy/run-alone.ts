/** Runs a program that starts servers of its own: `deploy/node.sh deploy/run-alone.ts PATH [ARGUMENTS]`. */
import { prepareOrExit } from './prepare.ts';
import { runProgram } from './prepare/program.ts';

const [program = '', ...args] = process.argv.slice(2);
await prepareOrExit({ needsKafka: true });
await runProgram(program, args);
