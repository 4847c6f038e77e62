import { ClickHouseError } from '@clickhouse/client';
import { Type } from 'typebox';
import { clusterOf, type Cluster } from './cluster.ts';
import { select, type ClickHouseClient, type ClickHouseConfig } from './connect.ts';
import type { ServerRow } from './known-servers.ts';
import { CLUSTER_TABLES } from './sharding.ts';

/**
 * Over how many shards, in which order, and by what the rows of this server were distributed. It cannot change: a
 * repeated event would go to another shard than the first time and count twice (layoutProblems).
 */
export async function recordLayout(client: ClickHouseClient, { name, shardBy }: Cluster): Promise<void> {
  await client.command({
    query: `CREATE TABLE IF NOT EXISTS cluster_layout (shards UInt32, shard_by String, shard_of Map(String, UInt32))
      ENGINE = MergeTree ORDER BY tuple()`,
  });
  await client.command({
    query: `INSERT INTO cluster_layout SELECT uniqExact(shard_num), {shard_by:String},
        CAST((groupArray(concat(host_name, ':', toString(port))), groupArray(shard_num)), 'Map(String, UInt32)')
      FROM system.clusters WHERE cluster = {cluster:String} AND (SELECT count() FROM cluster_layout) = 0
      HAVING count() > 0`,
    query_params: { cluster: name, shard_by: shardBy },
  });
}

/** UNKNOWN_TABLE, UNKNOWN_DATABASE */
const NO_TABLE = new Set(['60', '81']);
const LayoutRow = Type.Object({
  shards: Type.Integer(),
  shard_by: Type.String(),
  /** By address. */
  shard_of: Type.Record(Type.String(), Type.Integer()),
});

/** How the cluster differs from the one over which the rows of this server were distributed. */
export async function layoutProblems(
  client: ClickHouseClient,
  servers: readonly ServerRow[],
  { name, localDatabase, shardBy }: Cluster,
): Promise<string[]> {
  const layout = await select(
    client,
    LayoutRow,
    `SELECT shards, shard_by, shard_of FROM ${localDatabase}.cluster_layout`,
  ).catch((error: unknown) => {
    // Before the first migration.
    if (error instanceof ClickHouseError && NO_TABLE.has(error.code)) return [];
    throw error;
  });
  const own = servers.filter(({ cluster }) => cluster === name);
  const shards = new Set(own.map(({ shard }) => shard)).size;
  const problems: string[] = [];
  for (const was of layout) {
    if (was.shards !== shards || was.shard_by !== shardBy) {
      problems.push(
        `the rows were distributed over ${was.shards} shards by ${was.shard_by}, not over ${shards} by ${shardBy} ` +
          '(CLICKHOUSE_SHARD_BY): a repeated event would count on two shards. Move them to a new cluster instead',
      );
    }
    for (const { address, shard } of own) {
      const first = was.shard_of[address] ?? shard;
      if (first === shard) continue;
      problems.push(
        `${address} was shard ${first} of ${name} at first and is shard ${shard} now: a repeated event would count on ` +
          'two shards. Restore the order of the shards in remote_servers',
      );
    }
  }
  return problems;
}

const TablesRow = Type.Object({ tables: Type.Array(Type.String()) });

/**
 * A database has the tables of one server or those of a cluster. Were CLICKHOUSE_CLUSTER set or unset over it, its rows
 * would be left out, or writes would lack what they need on a cluster.
 */
export async function tableProblems(client: ClickHouseClient, config: ClickHouseConfig): Promise<string[]> {
  const isCluster = clusterOf(config) !== undefined;
  const database = config.CLICKHOUSE_DATABASE;
  const [row] = await select(
    client,
    TablesRow,
    `SELECT groupArray(name) AS tables FROM system.tables
     WHERE database = {database:String} AND name IN {names:Array(String)}
       AND (engine = 'Distributed') != {is_cluster:Bool}`,
    { database, names: CLUSTER_TABLES, is_cluster: isCluster },
  );
  if (row === undefined || row.tables.length === 0) return [];
  const tables = row.tables.toSorted().join(', ');
  return isCluster
    ? [
        `CLICKHOUSE_DATABASE ${database} has rows of one server (${tables}): set another one for the cluster, ` +
          'which lands the log again',
      ]
    : [`CLICKHOUSE_DATABASE ${database} has the Distributed tables of a cluster: set CLICKHOUSE_CLUSTER`];
}
