import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Type } from 'typebox';
import { failCommand } from '../../platform/command-line/command.ts';
import { Options } from '../../platform/command-line/options.ts';
import { startClickHouseCluster } from '../../deploy/local/clickhouse-cluster.ts';
import { connectClickHouse, select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { TEST_USER } from '../servers/clickhouse-user.ts';
import { testClusters } from '../servers/cluster-names.ts';
import { startEmbedded } from '../servers/embedded.ts';
import { openNamespace, type Namespace } from '../servers/namespace.ts';
import type { Servers } from '../servers/servers.ts';
import { inTestRun } from '../servers/test-run.ts';
import { BENCHMARKS } from './benchmarks.ts';
import { consumersReport, type ConsumersSize } from './consumers.ts';
import { machineLine, thisMachine } from './machine.ts';
import type { Size } from './plan.ts';
import { untilQuiet } from './quiet-server.ts';
import { reportOf } from './report.ts';
import { readResults, resultsPath, writeResults, type Outcome } from './results-file.ts';
import { runBenchmarks } from './run-benchmarks.ts';
import { summaryMarkdown, summaryRows, summaryText } from './summary.ts';

const NAMES = Object.keys(BENCHMARKS);
const USAGE = `npm run bench [-- NAME ...] [-- --size full|small|tiny]
npm run bench -- --markdown

Measures the hot paths against named alternatives, side by side on servers of its own. It reports ratios within one
run, because a machine's speed changes from run to run, and ends with a table of all targets. The same figures are
written to dist/bench.json.

NAME is one of ${NAMES.join(', ')};
all of them by default. consumers shows what 1, 2 and 3 consumers of a group land into one ClickHouse server and into
two shards, and the CPU that it takes; it runs only when it is named, and is not in the JSON.

--size      how much work: full (default) is what BENCHMARKS.md reports, small takes minutes, tiny shows that it works
--markdown  runs nothing: prints the table of the last run as Markdown, for BENCHMARKS.md

Exit code 1 where a benchmark failed. A target that is not met is no failure.`;

/** How long ClickHouse merges nothing before a benchmark begins. */
const QUIET_MS: Readonly<Record<Size, number>> = { full: 10_000, small: 2_000, tiny: 0 };

const CONSUMERS: ConsumersSize = { calls: 600_000, groups: [1, 2, 3], rounds: 3 };

const progress = (text: string): void => void process.stderr.write(`${text}\n`);

try {
  await main(process.argv.slice(2));
} catch (error) {
  failCommand(error);
}
// A benchmark that failed while it was prepared may have left connections open.
process.exit();

async function main(args: readonly string[]): Promise<void> {
  const options = new Options(USAGE, { size: 'string', markdown: 'boolean' }, args, true);
  if (options.has('help')) return void process.stdout.write(`${USAGE}\n`);
  if (options.has('markdown')) {
    if (!existsSync(resultsPath())) throw options.wrong('No run is recorded in dist/bench.json yet.');
    return printMarkdown();
  }
  const known = new Set<string>([...NAMES, 'consumers']);
  const unknown = options.words.filter((name) => !known.has(name));
  if (unknown.length > 0) throw options.wrong(`There is no benchmark ${unknown.join(', ')}.`);
  const size = options.text('size') ?? 'full';
  if (!isSize(size)) throw options.wrong(`--size must be full, small or tiny, not ${JSON.stringify(size)}.`);

  await inTestRun(async (dataDir, owns) => {
    progress('starting Kafka and ClickHouse');
    const servers = await startEmbedded(dataDir);
    owns(`KAFKA_BROKERS=${servers.kafkaBrokers}`);
    try {
      await runAll(servers, options.words.length > 0 ? options.words : NAMES, size);
      if (options.words.includes('consumers')) await runConsumers(dataDir, servers);
    } finally {
      await servers.stop();
    }
  });
}

function isSize(text: string): text is Size {
  return text === 'full' || text === 'small' || text === 'tiny';
}

function printMarkdown(): void {
  const { machine, size, failed, table } = readResults();
  const notRun = failed.map(({ name, error }) => `${name} failed: ${error.split('\n')[0]}`);
  const lines = [`${machineLine(machine)}; size ${size}`, '', summaryMarkdown(table), '', ...notRun];
  process.stdout.write(`${lines.join('\n').trimEnd()}\n`);
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

async function runAll(servers: Embedded, names: readonly string[], size: Size): Promise<void> {
  const plans = Object.fromEntries(Object.entries(BENCHMARKS).filter(([name]) => names.includes(name)));
  if (Object.keys(plans).length === 0) return;
  const server = connectServer(servers);
  const machine = thisMachine(await versionOf(server), new Date());
  process.stdout.write(`${machineLine(machine)}\n`);
  const outcomes = await runBenchmarks(
    plans,
    {
      ...servers,
      open: (name: string): Namespace => openNamespace(name, servers),
      progress,
      untilQuiet: () => untilQuiet(server, QUIET_MS[size], progress),
    },
    size,
    {
      progress,
      onOutcome: (outcome, all) => {
        process.stdout.write(`\n${textOf(outcome)}\n`);
        writeResults(machine, size, all);
      },
    },
  );
  await server.close();
  const rows = outcomes.flatMap((each) =>
    'benchmark' in each ? summaryRows(each.benchmark, each.rounds) : [],
  );
  process.stdout.write(`\n${summaryText(rows)}\n`);
  const failed = outcomes.filter((each) => 'error' in each);
  if (failed.length === 0) return;
  process.stdout.write(`\nfailed: ${failed.map(({ name }) => name).join(', ')}\n`);
  process.exitCode = 1;
}

function textOf(outcome: Outcome): string {
  if ('error' in outcome) return `${outcome.name}: FAILED\n${outcome.error}`;
  return reportOf(outcome.benchmark, outcome.rounds);
}

/** To the server, whatever its databases. */
function connectServer(servers: Servers): ClickHouseClient {
  const { settings } = openNamespace('version', servers);
  return connectClickHouse({ ...settings, CLICKHOUSE_DATABASE: 'default' }, 'bench');
}

async function versionOf(client: ClickHouseClient): Promise<string> {
  const [row] = await select(client, Type.Object({ version: Type.String() }), 'SELECT version() AS version');
  return row?.version ?? 'unknown';
}
