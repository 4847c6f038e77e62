import { randomInt, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { failCommand } from '../../platform/command-line/command.ts';
import { Options } from '../../platform/command-line/options.ts';
import { freePort } from '../../deploy/local/ports.ts';
import { npmStart } from '../deploy/local/npm-start.ts';
import { inTestRun } from '../servers/test-run.ts';
import { planFaults } from './plan.ts';
import { runChaos } from './run.ts';

const USAGE = `npm run chaos [-- --seed N] [--seconds N]

Starts a stack of its own and publishes calls for N seconds (60), while it kills, freezes and doubles the processes of
the stack. Then it compares every figure with an independent count. The same seed gives the same calls and faults; how
they interleave depends on the machine. Exit code 1 if anything differs.`;

const MAX_SECONDS = 3_600;
const print = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  await main(process.argv.slice(2));
} catch (error) {
  failCommand(error);
}

async function main(args: readonly string[]): Promise<void> {
  const options = new Options(USAGE, { seed: 'string', seconds: 'string' }, args);
  if (options.has('help')) return print(USAGE);
  const seed = options.integer('seed') ?? randomInt(2 ** 31);
  const seconds = options.integer('seconds') ?? 60;
  if (seconds > MAX_SECONDS) throw options.wrong(`--seconds is at most ${MAX_SECONDS}.`);

  const secret = randomUUID();
  await inTestRun(async (runDir) => {
    const dataDir = join(runDir, 'stack');
    print(`seed ${seed}, ${seconds} s; starting a stack`);
    const stack = npmStart({ DATA_DIR: dataDir, PORT: String(await freePort()), JWT_SECRET: secret });
    try {
      await stack.untilPrinted('ready http://');
      const faults = planFaults(seed, seconds);
      report(seed, await runChaos({ seed, seconds, faults, dataDir, secret, print }));
    } finally {
      stack.kill('SIGTERM');
      await stack.exited;
    }
  });
}

function report(seed: number, differences: readonly string[]): void {
  for (const line of differences) print(line);
  print(
    differences.length === 0 ? 'every figure is equal' : `${differences.length} differences; seed ${seed}`,
  );
  if (differences.length > 0) process.exitCode = 1;
}
