import { join } from 'node:path';
import { Type } from 'typebox';
import { failCommand } from '../../platform/command-line/command.ts';
import { Options } from '../../platform/command-line/options.ts';
import { startClickHouseCluster } from '../../deploy/local/clickhouse-cluster.ts';
import { connectClickHouse, select } from '../../platform/clickhouse/connect.ts';
import { TEST_USER } from '../servers/clickhouse-user.ts';
import { testClusters } from '../servers/cluster-names.ts';
import { startEmbedded } from '../servers/embedded.ts';
import { openNamespace, type Namespace } from '../servers/namespace.ts';
import type { Servers } from '../servers/servers.ts';
import { inTestRun } from '../servers/test-run.ts';
import { benchmarksOn, NAMES, SIZES, type Places } from './benchmarks.ts';
import { compare } from './compare.ts';
import { consumersReport, type ConsumersSize } from './consumers.ts';
import { machineLine } from './machine.ts';
import { reportOf } from './report.ts';

const USAGE = `npm run bench [-- NAME ...]

Measures the hot paths against named alternatives, side by side on servers of its own. It reports ratios within one
run, because a machine's speed changes from run to run. NAME is one of ${NAMES.join(', ')}; all of them by default.
consumers shows what 1, 2 and 3 consumers of a group land into one ClickHouse server and into two shards, and the CPU
that it takes; it runs only when it is named.`;

const CONSUMERS: ConsumersSize = { calls: 600_000, groups: [1, 2, 3], rounds: 3 };

const progress = (text: string): void => void process.stderr.write(`${text}\n`);

try {
  await main(process.argv.slice(2));
} catch (error) {
  failCommand(error);
}

async function main(args: readonly string[]): Promise<void> {
  const options = new Options(USAGE, {}, args, true);
  if (options.has('help')) return void process.stdout.write(`${USAGE}\n`);
  const known = new Set<string>([...NAMES, 'consumers']);
  const unknown = options.words.filter((name) => !known.has(name));
  if (unknown.length > 0) throw options.wrong(`There is no benchmark ${unknown.join(', ')}.`);

  await inTestRun(async (dataDir) => {
    progress('starting Kafka and ClickHouse');
    const servers = await startEmbedded(dataDir);
    const open = (name: string): Namespace => openNamespace(name, servers);
    try {
      process.stdout.write(`${machineLine(await versionOf(servers), new Date())}\n`);
      const { clickhousePid } = servers;
      await runAll({ clickhousePid, open }, options.words.length > 0 ? options.words : NAMES);
      if (options.words.includes('consumers')) await runConsumers(dataDir, servers);
    } finally {
      await servers.stop();
    }
  });
}

type Embedded = Awaited<ReturnType<typeof startEmbedded>>;

async function runConsumers(dataDir: string, servers: Embedded): Promise<void> {
  const clusters = testClusters(CONSUMERS.groups.length * CONSUMERS.rounds);
  const cluster = await startClickHouseCluster({
    dataDir: join(dataDir, 'shards'),
    user: TEST_USER,
    clusters,
  });
  const onShards = {
    ...servers,
    clickhouseUrl: cluster.urls,
    clickhousePassword: cluster.login.password,
    clickhouseClusters: clusters.length,
  };
  const stores = [
    { shards: 1, pids: () => [servers.clickhousePid], open: (name: string) => openNamespace(name, servers) },
    {
      shards: cluster.members.length,
      pids: () => cluster.members.map((member) => member.pid()),
      open: (name: string) => openNamespace(name, onShards),
    },
  ];
  try {
    const lines = await consumersReport({ kafkaPid: servers.kafkaPid, stores }, CONSUMERS, progress);
    process.stdout.write(`\n${lines.join('\n')}\n`);
  } finally {
    await cluster.stop();
  }
}

async function runAll(places: Places, names: readonly string[]): Promise<void> {
  for (const [name, open] of Object.entries(benchmarksOn(places, SIZES, Date.now()))) {
    if (!names.includes(name)) continue;
    progress(`${name}: preparing`);
    for (const benchmark of await open()) {
      const onRound = (round: number): void =>
        progress(`${benchmark.name}: round ${round} of ${benchmark.rounds}`);
      const rounds = await compare(benchmark, () => performance.now(), onRound);
      process.stdout.write(`\n${reportOf(benchmark, rounds)}\n`);
      await benchmark.close();
    }
  }
}

async function versionOf(servers: Servers): Promise<string> {
  const { settings } = openNamespace('version', servers);
  const client = connectClickHouse({ ...settings, CLICKHOUSE_DATABASE: 'default' }, 'bench');
  const [row] = await select(client, Type.Object({ version: Type.String() }), 'SELECT version() AS version');
  await client.close();
  return row?.version ?? 'unknown';
}
