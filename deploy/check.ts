/** `npm run check`: what can be checked without running anything. Exit code 1 where a check fails. */
import { runChecks } from './checks.ts';
import { prepareOrExit } from './prepare.ts';

await prepareOrExit({ needsKafka: false });
process.exitCode = (await runChecks()) === 0 ? 0 : 1;
