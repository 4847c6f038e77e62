import { Type } from 'typebox';
import type { Cluster } from './cluster.ts';
import { select, type ClickHouseClient } from './connect.ts';
import { recordLayout } from './layout.ts';
import { CLUSTER_TABLES, distributedEngine } from './sharding.ts';

const EngineRow = Type.Object({ name: Type.String(), engine_full: Type.String() });
const ColumnsRow = Type.Object({ table: Type.String(), columns: Type.String() });

/**
 * Creates, on every server, a Distributed table above each local one, under the same name in the database that the
 * processes use, and creates it again where the local table has got other columns or the cluster another name. It holds
 * no rows of its own. Statements that run meanwhile end with the table that they began with.
 * @param nodes of each server, in the database of its local tables
 */
export async function createDistributedTables(
  nodes: readonly ClickHouseClient[],
  database: string,
  cluster: Cluster,
): Promise<void> {
  for (const node of nodes) {
    await recordLayout(node, cluster);
    const [local, distributed] = [
      await readColumns(node, cluster.localDatabase),
      await readColumns(node, database),
    ];
    const engines = await readEngines(node, database);
    for (const table of CLUSTER_TABLES) {
      const engine = distributedEngine(table, cluster);
      if (distributed.get(table) === local.get(table) && engines.get(table) === engine) continue;
      await node.command({
        query: `CREATE OR REPLACE TABLE ${database}.${table} AS ${cluster.localDatabase}.${table} ENGINE = ${engine}`,
      });
    }
  }
}

async function readEngines(client: ClickHouseClient, database: string): Promise<Map<string, string>> {
  const rows = await select(
    client,
    EngineRow,
    'SELECT name, engine_full FROM system.tables WHERE database = {database:String}',
    { database },
  );
  return new Map(rows.map(({ name, engine_full }) => [name, engine_full]));
}

/** The columns of each table of a database, as one text. */
async function readColumns(client: ClickHouseClient, database: string): Promise<Map<string, string>> {
  const rows = await select(
    client,
    ColumnsRow,
    `SELECT table, arrayStringConcat(groupArray(concat(name, ' ', type, ' ', default_kind, ' ', default_expression)), '\n') AS columns
     FROM (SELECT * FROM system.columns WHERE database = {database:String} ORDER BY table, position) GROUP BY table`,
    { database },
  );
  return new Map(rows.map(({ table, columns }) => [table, columns]));
}
