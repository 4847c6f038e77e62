import { join } from 'node:path';
import { startClickHouse, type LocalClickHouse, type ServerLimits } from './clickhouse.ts';
import { clickhouseLogin, type ClickHouseLogin, type ClickHouseUser } from './clickhouse-users.ts';
import { startGentleProxy, type GentleProxy } from './gentle-proxy.ts';
import { freePort } from './ports.ts';
import { supervise, type Supervised } from './supervise.ts';
import { until } from './until.ts';

/**
 * ClickHouse servers on one machine that form a cluster of shards, to be killed and started again. For tests and the
 * fault run. Shards have no replicas here: the embedded library offers neither Keeper nor the port over which replicas
 * fetch parts.
 */
export interface ClickHouseCluster {
  /** Of all members, comma separated, for CLICKHOUSE_URL. */
  readonly urls: string;
  readonly login: ClickHouseLogin;
  readonly members: readonly ClusterMember[];
  stop(): Promise<void>;
}

export interface ClusterMember {
  readonly name: string;
  readonly url: string;
  signal(signal: NodeJS.Signals): void;
  /** Ends it at once. Resolves when it runs again, with these limits. */
  restart(limits?: ServerLimits): Promise<void>;
  /** Another one after a restart, once it answers. */
  pid(): number;
}

export interface ClusterOptions {
  readonly dataDir: string;
  /** Who can use every member; the members reach each other as this user. */
  readonly user: ClickHouseUser;
  /** In remote_servers. Several may stand over the same shards, for databases of different names. */
  readonly clusters: readonly ClusterName[];
  readonly shards?: number;
  /** Of each member. */
  readonly memoryBytes?: number;
  /** A command that runs a member (ClickHouseOptions.within). @param directory of its data */
  readonly within?: (name: string, directory: string) => Promise<readonly string[]>;
}

export interface ClusterName {
  /** The one without shards is NAME_unsharded. */
  readonly name: string;
  /** Where a shard looks up tables without a database name. */
  readonly localDatabase: string;
}

interface Node {
  readonly name: string;
  readonly port: number;
  readonly tcpPort: number;
  /** Where the other members reach it. */
  readonly proxy: GentleProxy;
}

const RESTARTED_WITHIN_MS = 60_000;

/**
 * Starts a cluster and waits until each member answers. A member that ends is started again.
 */
export async function startClickHouseCluster(options: ClusterOptions): Promise<ClickHouseCluster> {
  const { dataDir, user, shards = 2, memoryBytes } = options;
  const login = clickhouseLogin(dataDir, user);
  const nodes: Node[] = [];
  for (let shard = 1; shard <= shards; shard += 1) {
    const tcpPort = await freePort();
    const proxy = await startGentleProxy(tcpPort);
    nodes.push({ name: `clickhouse-${shard}`, port: await freePort(), tcpPort, proxy });
  }
  const members: Supervised<LocalClickHouse>[] = [];
  const given = new Map<string, ServerLimits>();
  const startedWith = new Map<string, ServerLimits | undefined>();
  const stop = async (): Promise<void> => {
    await Promise.all(members.map((member) => member.stop()));
    for (const { proxy } of nodes) proxy.stop();
  };
  try {
    for (const [index, { name, port, tcpPort }] of nodes.entries()) {
      const elements = `${remoteServers(options, nodes, login)}
  <macros><shard>${index + 1}</shard><replica>1</replica></macros>`;
      const cluster = { tcpPort, elements };
      const within = (await options.within?.(name, join(dataDir, name))) ?? [];
      const server = {
        dataDir,
        users: [user],
        name,
        port,
        cluster,
        within,
        ...(memoryBytes && { memoryBytes }),
      };
      const start = async (): Promise<LocalClickHouse> => {
        const limits = given.get(name);
        const started = await startClickHouse({ ...server, ...limits });
        startedWith.set(name, limits);
        return started;
      };
      // A fault run ends it again and again.
      members.push(await supervise({ name, start, giveUpAfter: Infinity }));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    urls: nodes.map(({ port }) => `http://127.0.0.1:${port}`).join(','),
    login,
    members: members.map((member) => ({
      name: member.name,
      url: member.current().url,
      signal: (signal) => member.current().kill(signal),
      restart: async (limits = {}) => {
        given.set(member.name, limits);
        // It may be starting at the moment, with others.
        await until(() => {
          const isDone = startedWith.get(member.name) === limits;
          if (!isDone) member.current().kill('SIGKILL');
          return isDone;
        }, RESTARTED_WITHIN_MS);
      },
      pid: () => member.current().pid,
    })),
    stop,
  };
}

function remoteServers(
  { clusters }: ClusterOptions,
  nodes: readonly Node[],
  { user, password }: ClickHouseLogin,
): string {
  const shard = ({ proxy }: Node, localDatabase: string) => `
      <shard>
        <internal_replication>true</internal_replication>
        <replica>
          <host>127.0.0.1</host><port>${proxy.port}</port>
          <user>${user}</user><password>${password}</password>
          <default_database>${localDatabase}</default_database>
        </replica>
      </shard>`;
  const cluster = (name: string, localDatabase: string, shards: readonly Node[]) =>
    `\n    <${name}>${shards.map((node) => shard(node, localDatabase)).join('')}\n    </${name}>`;
  const both = ({ name, localDatabase }: ClusterName) =>
    cluster(name, localDatabase, nodes) + cluster(`${name}_unsharded`, localDatabase, nodes.slice(0, 1));
  return `
  <remote_servers>${clusters.map((names) => both(names)).join('')}
  </remote_servers>`;
}
