/**
 * Runs a compiled program of this project as one of the running local stack: `node deploy/run.mjs PATH [ARGUMENTS]`
 * runs dist/PATH.js with the stack's settings where the environment does not give its own.
 */
import { prepareOrExit } from './prepare.mjs';
import { runProgram } from './prepare/program.mjs';

const [program, ...args] = process.argv.slice(2);
if (!program) {
  console.error(
    'Name the program to run, for example: node deploy/run.mjs deploy/local/token --role platform',
  );
  process.exit(1);
}
await prepareOrExit({ needsKafka: false });
await takeSettingsOfTheStack();
await runProgram(program, args);

async function takeSettingsOfTheStack() {
  const { readStack } = await import('../dist/deploy/local/stack.js');
  try {
    const { settings } = readStack(process.env.DATA_DIR || '.data');
    for (const [name, value] of Object.entries(settings)) process.env[name] ||= value;
  } catch (error) {
    // Whoever names a Kafka, or only asks how a program is used, needs no local stack.
    if (process.env.KAFKA_BROKERS || args.includes('--help')) return;
    console.error(error.message);
    process.exit(1);
  }
}
