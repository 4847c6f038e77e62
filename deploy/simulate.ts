/** `npm run simulate`: a day of calls through leases, in simulated time (docs/limits.md). */
import { prepareOrExit } from './prepare.ts';
import { runProgram } from './prepare/program.ts';

await prepareOrExit({ needsKafka: false });
await runProgram('test/gate/simulation/main.ts', process.argv.slice(2));
