/**
 * Runs a program of this project as one of the running local stack: `deploy/node.sh deploy/run.ts PATH [ARGUMENTS]`,
 * with the stack's settings where the environment does not give its own. It may only read the local ClickHouse; with
 * `--owns` before PATH it may change its tables and their rows.
 */
import { prepareOrExit } from './prepare.ts';
import { runProgram } from './prepare/program.ts';

const given = process.argv.slice(2);
const isOption = (given[0] ?? '').startsWith('--');
const role = given[0] === '--owns' ? 'owner' : 'reader';
const [program, ...args] = isOption ? given.slice(1) : given;
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
  // Not at the top: they need packages.
  const { readStack } = await import('./local/stack.ts');
  const { stackVariables } = await import('./local/stack-variables.ts');
  try {
    const stack = readStack(process.env['DATA_DIR'] || '.data');
    Object.assign(process.env, stackVariables(stack, role, process.env));
  } catch (error) {
    // With servers named, or only to print what a program knows by itself, no local stack is needed.
    const needsNone = args.includes('--help') || args.includes('--acls');
    if (process.env['KAFKA_BROKERS'] || process.env['CLICKHOUSE_URL'] || needsNone) return;
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
