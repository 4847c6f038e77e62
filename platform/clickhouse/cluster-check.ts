import { Type } from 'typebox';
import { addressesOf } from './addresses.ts';
import { clusterOf, clusterSettings, type Cluster } from './cluster.ts';
import { select, type ClickHouseClient, type ClickHouseConfig } from './connect.ts';
import { layoutProblems, tableProblems } from './layout.ts';
import { readServers, type ServerRow } from './known-servers.ts';

/** The servers are not set up as the configuration says. The message lists every problem on a line of its own. */
export class ClusterError extends Error {
  readonly code = 'CLUSTER';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(
      `The ClickHouse cluster is not set up as the configuration says (docs/deployment.md, ClickHouse cluster):\n` +
        problems.map((problem) => `  ${problem}`).join('\n'),
    );
    this.name = 'ClusterError';
    this.problems = problems;
  }
}

/**
 * Checks how a server knows the cluster, which settings its profile leaves to this user, how many shards its rows were
 * distributed over, and that the tables are those of a cluster. Where the configuration names no cluster, checks that
 * they are not.
 * @throws ClusterError with every problem at once
 */
export async function checkCluster(client: ClickHouseClient, config: ClickHouseConfig): Promise<void> {
  const cluster = clusterOf(config);
  if (cluster === undefined) {
    const problems =
      addressesOf(config).length > 1
        ? ['CLICKHOUSE_URL names several servers, so CLICKHOUSE_CLUSTER must name their cluster']
        : await tableProblems(client, config);
    if (problems.length > 0) throw new ClusterError(problems);
    return;
  }
  const servers = await readServers(client, cluster);
  const problems = [
    ...shardProblems(servers, cluster),
    ...unshardedProblems(servers, cluster),
    ...(await settingProblems(client, config)),
    ...(await macroProblems(client, cluster)),
    ...(await layoutProblems(client, servers, cluster)),
    ...(await tableProblems(client, config)),
  ];
  if (problems.length > 0) throw new ClusterError(problems);
}

function shardProblems(servers: readonly ServerRow[], { name, localDatabase, replicas }: Cluster): string[] {
  const own = servers.filter(({ cluster }) => cluster === name);
  if (own.length === 0) return [`remote_servers has no cluster ${name} (CLICKHOUSE_CLUSTER)`];
  const problems: string[] = [];
  for (const shard of new Set(own.map((server) => server.shard))) {
    const of = own.filter((server) => server.shard === shard);
    if (of.length !== replicas) {
      problems.push(
        `shard ${shard} of ${name} has ${of.length} replicas, CLICKHOUSE_REPLICAS is ${replicas}`,
      );
    }
    if (of.some(({ weight }) => weight !== 1)) problems.push(`shard ${shard} of ${name} needs the weight 1`);
    if (replicas > 1 && of.some(({ internal_replication: on }) => on !== 1)) {
      problems.push(`shard ${shard} of ${name} needs <internal_replication>true</internal_replication>`);
    }
  }
  for (const { cluster, address, default_database: database } of servers) {
    if (database === localDatabase) continue;
    problems.push(`${address} in ${cluster} needs <default_database>${localDatabase}</default_database>`);
  }
  return problems;
}

function unshardedProblems(servers: readonly ServerRow[], { name, unsharded }: Cluster): string[] {
  const own = servers.filter(({ cluster }) => cluster === unsharded);
  if (own.length === 0) {
    return [`remote_servers has no cluster ${unsharded} (CLICKHOUSE_UNSHARDED_CLUSTER)`];
  }
  const serversOf = (shard: number) =>
    servers
      .filter((server) => server.cluster === name && server.shard === shard)
      .map(({ address }) => address);
  const first = serversOf(1);
  const same = own.length === first.length && own.every(({ address }) => first.includes(address));
  if (same && own.every(({ shard }) => shard === 1)) return [];
  return [
    `${unsharded} must have one shard, of the servers of the first shard of ${name}: ${first.join(', ')}`,
  ];
}

const SettingRow = Type.Object({ name: Type.String(), value: Type.String() });

/** A profile may forbid to change a setting, or change it again. */
async function settingProblems(client: ClickHouseClient, config: ClickHouseConfig): Promise<string[]> {
  const wanted = new Map(
    Object.entries(clusterSettings(config)).map(([name, value]) => [name, String(value)]),
  );
  const rows = await select(
    client,
    SettingRow,
    `SELECT name, value FROM system.settings WHERE name IN {names:Array(String)}`,
    { names: [...wanted.keys()] },
  );
  const effective = new Map(rows.map(({ name, value }) => [name, value]));
  return [...wanted].flatMap(([name, value]) => {
    const has = effective.get(name);
    if (has === value) return [];
    return [
      `the profile of ${config.CLICKHOUSE_USER} must leave ${name} at ${value}; it is ${has ?? 'unknown'}`,
    ];
  });
}

const MacroRow = Type.Object({ macro: Type.String() });

async function macroProblems(client: ClickHouseClient, { replicas }: Cluster): Promise<string[]> {
  if (replicas === 1) return [];
  const rows = await select(client, MacroRow, 'SELECT macro FROM system.macros');
  const known = new Set(rows.map(({ macro }) => macro));
  const missing = ['shard', 'replica'].filter((macro) => !known.has(macro));
  return missing.map((macro) => `<macros> needs <${macro}>, by which replicas find each other`);
}
