import { randomInt, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { failCommand } from '../../platform/command-line/command.ts';
import { Options } from '../../platform/command-line/options.ts';
import { startKafkaCluster } from '../../deploy/local/kafka-cluster.ts';
import { freePort } from '../../deploy/local/ports.ts';
import { connectKafka, ensureTopics } from '../../platform/kafka/connect.ts';
import { createLogger } from '../../platform/logging.ts';
import { topicNames } from '../../schemas/topics.ts';
import { npmStart } from '../deploy/local/npm-start.ts';
import { inTestRun } from '../servers/test-run.ts';
import { planInputs } from './inputs-plan.ts';
import { BROKERS, planFaults, TWO_OF_EACH } from './plan.ts';
import { runChaos } from './run.ts';
import { startShards } from './shards.ts';

const USAGE = `npm run chaos [-- --seed N] [--seconds N]

Starts three brokers, two shards of ClickHouse and a stack with two of each process, and publishes calls for N seconds
(60), while it kills, freezes and doubles processes, kills and freezes brokers and shards, and adds partitions. It also
publishes what others may put on the topics: calls in transactions, aborted ones too, broken settings, junk schemas, and
waves of invalid records. Then it checks that the log holds every call that was acknowledged, and compares every figure
with an independent count. The same seed gives the same calls and faults; how they interleave depends on the machine.
The rows are sharded by organisation where the seed is even, by organisation and hour where it is odd. Exit code 1 if
anything differs.`;

const MAX_SECONDS = 3_600;
const PARTITIONS = 12;
const print = (line: string): void => void process.stdout.write(`${line}\n`);

try {
  await main(process.argv.slice(2));
} catch (error) {
  failCommand(error);
}
// A run that failed has publishers left that would go on trying.
process.exit();

async function main(args: readonly string[]): Promise<void> {
  const options = new Options(USAGE, { seed: 'string', seconds: 'string' }, args);
  if (options.has('help')) return print(USAGE);
  const seed = options.integer('seed') ?? randomInt(2 ** 31);
  const seconds = options.integer('seconds') ?? 60;
  if (seconds > MAX_SECONDS) throw options.wrong(`--seconds is at most ${MAX_SECONDS}.`);

  const secret = randomUUID();
  await inTestRun(async (runDir) => {
    const dataDir = join(runDir, 'stack');
    const shardBy = seed % 2 === 0 ? 'org' : 'org-hour';
    print(`seed ${seed}, ${seconds} s; starting three brokers, two shards (by ${shardBy}) and a stack`);
    const cluster = await startKafkaCluster(join(runDir, 'brokers'), BROKERS);
    const shardsDir = join(runDir, 'shards');
    const shards = await startShards(shardsDir, shardBy);
    try {
      await createTopics(cluster.brokers);
      const variables = {
        KAFKA_BROKERS: cluster.brokers,
        ...shards.variables,
        PORT: String(await freePort()),
        JWT_SECRET: secret,
      };
      const stack = npmStart({ DATA_DIR: dataDir, ...variables }, TWO_OF_EACH);
      try {
        await stack.untilPrinted('ready http://');
        const [faults, inputs] = [planFaults(seed, seconds), planInputs(seed, seconds)];
        const places = { dataDir, shardsDir, cluster, secret, login: shards.login };
        report(seed, await runChaos({ seed, seconds, faults, inputs, ...places, print }));
      } finally {
        stack.kill('SIGTERM');
        await stack.exited;
      }
    } finally {
      await Promise.all([cluster.stop(), shards.stop()]);
    }
  });
}

/** Several partitions for each broker, each acknowledged by two of the three. */
async function createTopics(brokers: string): Promise<void> {
  const kafka = connectKafka({ KAFKA_BROKERS: brokers }, 'chaos', createLogger('chaos', 'silent'));
  await ensureTopics(kafka, topicNames(), PARTITIONS, { replicationFactor: 3, minInsyncReplicas: 2 });
}

function report(seed: number, differences: readonly string[]): void {
  for (const line of differences) print(line);
  print(
    differences.length === 0 ? 'every figure is equal' : `${differences.length} differences; seed ${seed}`,
  );
  if (differences.length > 0) process.exitCode = 1;
}
