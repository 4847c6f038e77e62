import { startClickHouseCluster } from '../../deploy/local/clickhouse-cluster.ts';
import type { ShardBy } from '../../platform/clickhouse/cluster.ts';
import { TEST_USER } from '../servers/clickhouse-user.ts';
import { SHARDS } from './plan.ts';

/** Of the shards, and of their cluster. */
const DATABASE = 'test_chaos';

/** The shards of ClickHouse that a fault run hits. */
export interface Shards {
  readonly login: { readonly CLICKHOUSE_USER: string; readonly CLICKHOUSE_PASSWORD: string };
  /** Environment variables of a stack on them. */
  readonly variables: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** @param dataDir where the pids of the shards are found */
export async function startShards(dataDir: string, shardBy: ShardBy): Promise<Shards> {
  const cluster = await startClickHouseCluster({
    dataDir,
    user: TEST_USER,
    clusters: [{ name: DATABASE, localDatabase: `${DATABASE}_local` }],
    shards: SHARDS.length,
  });
  const { user, password } = cluster.login;
  const login = { CLICKHOUSE_USER: user, CLICKHOUSE_PASSWORD: password };
  return {
    login,
    variables: {
      CLICKHOUSE_URL: cluster.urls,
      CLICKHOUSE_DATABASE: DATABASE,
      CLICKHOUSE_CLUSTER: DATABASE,
      CLICKHOUSE_SHARD_BY: shardBy,
      ...login,
    },
    stop: () => cluster.stop(),
  };
}
