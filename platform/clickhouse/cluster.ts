import type { ClickHouseConfig } from './connect.ts';
import { addressesOf } from './addresses.ts';

/** How a cluster of ClickHouse servers is used; see docs/deployment.md. */
export interface Cluster {
  /** In remote_servers: the shards, over which the events and what is counted from them are spread. */
  readonly name: string;
  /** In remote_servers: one shard, for the tables that are read as a whole or decide once. */
  readonly unsharded: string;
  /** Of the tables on each server. The Distributed tables of the same names are in CLICKHOUSE_DATABASE. */
  readonly localDatabase: string;
  readonly shardBy: ShardBy;
  /** Of each shard; with more than one, tables are replicated and inserts need all replicas. */
  readonly replicas: number;
}

/** What is kept on one shard: all of an organisation, or each hour of it. */
export type ShardBy = 'org' | 'org-hour';

/** The cluster that the configuration names; undefined with a single server. */
export function clusterOf(config: ClickHouseConfig): Cluster | undefined {
  const name = config.CLICKHOUSE_CLUSTER;
  if (!name) return undefined;
  return {
    name,
    unsharded: config.CLICKHOUSE_UNSHARDED_CLUSTER || `${name}_unsharded`,
    localDatabase: `${config.CLICKHOUSE_DATABASE}_local`,
    shardBy: config.CLICKHOUSE_SHARD_BY ?? 'org',
    replicas: config.CLICKHOUSE_REPLICAS ?? 1,
  };
}

/**
 * For what goes to the tables themselves, on each server: DDL, TTLs and deletes.
 * @returns the configuration of a connection to each server of the cluster, in the database of its tables; that of the
 * single server otherwise
 */
export function nodesOf(config: ClickHouseConfig): ClickHouseConfig[] {
  const cluster = clusterOf(config);
  if (cluster === undefined) return [config];
  const { CLICKHOUSE_USER, CLICKHOUSE_PASSWORD } = config;
  return addressesOf(config).map((address) => ({
    CLICKHOUSE_URL: address,
    CLICKHOUSE_DATABASE: cluster.localDatabase,
    CLICKHOUSE_USER,
    CLICKHOUSE_PASSWORD,
  }));
}

/**
 * What every request to a cluster needs beyond the settings of a single server. A server's profile may set the same;
 * these do not depend on it.
 */
export function clusterSettings(config: ClickHouseConfig): Record<string, number | string> {
  const cluster = clusterOf(config);
  if (cluster === undefined) return {};
  return {
    // An acknowledged insert is on its shards, not in a queue of the server that took it.
    distributed_foreground_insert: 1,
    // A subquery over a sharded table beside another one reads the same shard: both are sharded alike (sharding.ts).
    distributed_product_mode: 'local',
    // INSERT ... SELECT from shards into the same shards runs on each of them.
    parallel_distributed_insert_select: 2,
    // An organisation's query goes to its shard alone.
    optimize_skip_unused_shards: 1,
    // A shard that is down is an error, never a partial answer.
    skip_unavailable_shards: 0,
    // A repeated insert replaces itself; the log of hashes may forget one whose part was not written (docs/design.md).
    insert_deduplicate: 0,
    use_hedged_requests: 0,
    // Any replica may be read: each has every acknowledged insert. While one is down, inserts wait.
    ...(cluster.replicas > 1 && {
      insert_quorum: cluster.replicas,
      insert_quorum_parallel: 1,
      fallback_to_stale_replicas_for_distributed_queries: 0,
    }),
  };
}
