/** `npm run format`: lays out every file. */
import { prepareOrExit } from './prepare.ts';
import { runProgram } from './prepare/program.ts';

await prepareOrExit({ needsKafka: false });
await runProgram('node_modules/oxfmt/bin/oxfmt', process.argv.slice(2));
