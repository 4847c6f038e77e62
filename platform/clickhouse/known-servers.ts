import { Type, type Static } from 'typebox';
import type { Cluster } from './cluster.ts';
import { select, type ClickHouseClient } from './connect.ts';

/** A server of a cluster, as remote_servers of one server has it. */
const ServerRow = Type.Object({
  cluster: Type.String(),
  shard: Type.Integer(),
  address: Type.String(),
  weight: Type.Integer(),
  internal_replication: Type.Integer(),
  default_database: Type.String(),
});
export type ServerRow = Static<typeof ServerRow>;

/** How one server knows the cluster and the unsharded one. */
export const readServers = (client: ClickHouseClient, { name, unsharded }: Cluster): Promise<ServerRow[]> =>
  select(
    client,
    ServerRow,
    `SELECT cluster, shard_num AS shard, concat(host_name, ':', toString(port)) AS address, shard_weight AS weight,
       internal_replication, default_database
     FROM system.clusters WHERE cluster IN {clusters:Array(String)} ORDER BY cluster, shard_num, replica_num`,
    { clusters: [name, unsharded] },
  );
