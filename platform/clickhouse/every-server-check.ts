import { Type } from 'typebox';
import { ClusterError } from './cluster-check.ts';
import type { Cluster } from './cluster.ts';
import { select, type ClickHouseClient } from './connect.ts';
import { readServers, type ServerRow } from './known-servers.ts';

/** What one server says of itself and of the cluster. */
export interface ServerView {
  /** Its host name and port, or what else identifies it. */
  readonly identity: string;
  readonly macros: ReadonlyMap<string, string>;
  readonly servers: readonly ServerRow[];
}

/**
 * Checks what only all servers together show: that CLICKHOUSE_URL names each of them once, that they know the cluster
 * alike, and that the replicas of a shard, and only these, find each other.
 * @param nodes a client for each address of CLICKHOUSE_URL
 * @throws ClusterError with every problem at once
 */
export async function checkEveryServer(nodes: readonly ClickHouseClient[], cluster: Cluster): Promise<void> {
  const views = await Promise.all(nodes.map((node) => readView(node, cluster)));
  const problems = everyServerProblems(views, cluster);
  if (problems.length > 0) throw new ClusterError(problems);
}

const IdentityRow = Type.Object({ identity: Type.String() });
const MacroRow = Type.Object({ macro: Type.String(), substitution: Type.String() });

async function readView(node: ClickHouseClient, cluster: Cluster): Promise<ServerView> {
  const [row] = await select(
    node,
    IdentityRow,
    `SELECT concat(hostName(), ':', toString(tcpPort())) AS identity`,
  );
  const macros =
    cluster.replicas > 1 ? await select(node, MacroRow, 'SELECT macro, substitution FROM system.macros') : [];
  return {
    identity: row?.identity ?? '',
    macros: new Map(macros.map(({ macro, substitution }) => [macro, substitution])),
    servers: await readServers(node, cluster),
  };
}

/** @returns each problem as a line of ClusterError */
export function everyServerProblems(views: readonly ServerView[], cluster: Cluster): string[] {
  return [
    ...addressProblems(views, cluster),
    ...definitionProblems(views),
    ...(cluster.replicas > 1 ? macroProblems(views, cluster) : []),
  ];
}

function addressProblems(views: readonly ServerView[], { name }: Cluster): string[] {
  const servers = views[0]?.servers.filter(({ cluster }) => cluster === name) ?? [];
  const reached = new Set(views.map(({ identity }) => identity)).size;
  if (servers.length === 0 || (reached === views.length && reached === servers.length)) return [];
  return [
    `CLICKHOUSE_URL must name each of the ${servers.length} servers of ${name} once ` +
      `(${servers.map(({ address }) => address).join(', ')}); its ${views.length} addresses reach ${reached} servers`,
  ];
}

/** A server with the shards in another order would send an event to another shard than the others do. */
function definitionProblems(views: readonly ServerView[]): string[] {
  const [first, ...others] = views;
  if (first === undefined) return [];
  const expected = definitionOf(first);
  return others
    .filter((view) => definitionOf(view) !== expected)
    .map(
      (view) =>
        `remote_servers must be the same on every server: ${first.identity} has ${expected}; ` +
        `${view.identity} has ${definitionOf(view)}`,
    );
}

const definitionOf = ({ servers }: ServerView): string =>
  servers.map(({ cluster, shard, address }) => `${cluster} ${shard} ${address}`).join(', ');

/** Servers with the same {shard} replicate each other's tables. */
function macroProblems(views: readonly ServerView[], { replicas }: Cluster): string[] {
  const replicasOf = new Map<string, string[]>();
  for (const { macros } of views) {
    const shard = macros.get('shard') ?? '';
    replicasOf.set(shard, [...(replicasOf.get(shard) ?? []), macros.get('replica') ?? '']);
  }
  return [...replicasOf].flatMap(([shard, names]) =>
    names.length === replicas && new Set(names).size === replicas
      ? []
      : [
          `the macro {shard} is "${shard}" on ${names.length} servers, with {replica} ${names.join(', ')}: it must be ` +
            `the same on the ${replicas} servers of a shard and on no other, and {replica} different on each of them`,
        ],
  );
}
