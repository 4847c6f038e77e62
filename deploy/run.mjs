/**
 * Runs a compiled program of this project as one of the running local stack: `node deploy/run.mjs PATH [ARGUMENTS]`
 * runs dist/PATH.js with the stack's settings where the environment does not give its own.
 */
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
await takeSettingsOfTheStack();
const file = inRoot('dist', `${program}.js`);
// The program sees its own arguments where every Node program has them.
process.argv.splice(1, process.argv.length, file, ...args);
await import(pathToFileURL(file).href);

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
