import { randomInt, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { failCommand } from '../../platform/command-line/command.ts';
import { Options } from '../../platform/command-line/options.ts';
import { npmStart } from '../deploy/local/npm-start.ts';
import { inTestRun } from '../servers/test-run.ts';
import { freePorts, variablesOf } from './addresses.ts';
import { TWO_OF_EACH } from './fault.ts';
import { GUARDS_PLAN, GUARDS_PLAN_S } from './guards-plan.ts';
import { planInputs } from './inputs-plan.ts';
import { planFaults } from './plan.ts';
import { runChaos } from './run.ts';
import { startChaosServers } from './servers.ts';

const USAGE = `npm run chaos [-- --seed N] [--seconds N] [--plan guards]

Starts three brokers, two shards of ClickHouse and a stack with two of each process, publishes calls, and then for N
seconds (60) publishes more while it kills, freezes and doubles processes, kills and freezes brokers and shards, fills
the disks of brokers, cuts, slows and silences the connections to both, makes shards read-only, lets them run out of
memory, disk and time, sets clocks wrong, adds partitions and changes limits. It also publishes what others may put on
the topics: calls in transactions, aborted ones too, broken settings, junk schemas, and waves of invalid records.
Meanwhile every answer of the API must lie within bounds. An API server asks gates before its calls, and a receiver of
alerts fails. Then it checks that the log holds every call that was acknowledged and no more than the limits allow, that
each alert was raised and delivered once, and compares every figure with an independent count. The same seed gives the
same calls and faults; how they interleave depends on the machine. The rows are sharded by organisation where the seed
is even, by organisation and hour where it is odd. --plan guards injects the seven failures of
test/chaos/guards-plan.ts instead, for 30 seconds: they show a mistake of gates or alerts within a few minutes. Exit
code 1 if anything differs.`;

const SECONDS = 60;
const MAX_SECONDS = 3_600;
const PARTITIONS = 12;
/** Shorter than a lease of 10 s: what holders have left, they may still spend when another gate begins. */
const SHORT_SESSIONS = { GATE_SESSION_MS: '3000' };
const print = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  await main(process.argv.slice(2));
} catch (error) {
  failCommand(error);
}
// A run that failed has publishers left that would go on trying.
process.exit();

async function main(args: readonly string[]): Promise<void> {
  const given = new Options(USAGE, { seed: 'string', seconds: 'string', plan: 'string' }, args);
  if (given.has('help')) return print(USAGE);
  const seed = given.integer('seed') ?? randomInt(2 ** 31);
  const plan = given.text('plan');
  if (plan !== undefined && plan !== 'guards') throw given.wrong('--plan is guards, or left out.');
  const ofGuards = plan === 'guards';
  const seconds = given.integer('seconds') ?? (ofGuards ? GUARDS_PLAN_S : SECONDS);
  if (seconds > MAX_SECONDS) throw given.wrong(`--seconds is at most ${MAX_SECONDS}.`);

  const secret = randomUUID();
  await inTestRun(async (runDir) => {
    const dataDir = join(runDir, 'stack');
    const shardBy = seed % 2 === 0 ? 'org' : 'org-hour';
    print(`seed ${seed}, ${seconds} s; starting three brokers, two shards (by ${shardBy}) and a stack`);
    const servers = await startChaosServers(runDir, shardBy, PARTITIONS);
    try {
      const ports = await freePorts();
      const own = { DATA_DIR: dataDir, JWT_SECRET: secret, ...variablesOf(ports) };
      const ofPlan = ofGuards ? SHORT_SESSIONS : {};
      const stack = npmStart({ ...servers.variables, ...own, ...ofPlan }, TWO_OF_EACH);
      try {
        await stack.untilPrinted('ready http://');
        const faults = ofGuards ? GUARDS_PLAN : planFaults(seed, seconds);
        const inputs = planInputs(seed, seconds);
        const options = { seed, seconds, faults, inputs, dataDir, secret, ports, servers, print };
        report(seed, await runChaos(options));
      } catch (error) {
        print(stack.output().split('\n').slice(-30).join('\n'));
        throw error;
      } finally {
        stack.kill('SIGTERM');
        await stack.exited;
      }
    } finally {
      await servers.stop();
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
