/**
 * Runs a program of this project as one of the running local stack: `deploy/node.sh deploy/run.ts PATH [ARGUMENTS]`,
 * with the stack's settings where the environment does not give its own.
 */
import { prepareOrExit } from './prepare.ts';
import { runProgram } from './prepare/program.ts';

const [program, ...args] = process.argv.slice(2);
if (!program) {
  console.error(
    'Name the program to run, for example: deploy/node.sh deploy/run.ts deploy/local/token.ts --role platform',
  );
  process.exit(1);
}
await prepareOrExit({ needsKafka: false });
await takeSettingsOfTheStack();
await runProgram(program, args);

async function takeSettingsOfTheStack(): Promise<void> {
  // Not at the top: it needs packages.
  const { readStack } = await import('./local/stack.ts');
  try {
    const { settings } = readStack(process.env['DATA_DIR'] || '.data');
    for (const [name, value] of Object.entries(settings)) process.env[name] ||= value;
  } catch (error) {
    // With a Kafka named, or only to ask how a program is used, no local stack is needed.
    if (process.env['KAFKA_BROKERS'] || args.includes('--help')) return;
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
