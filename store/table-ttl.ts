import { Type } from 'typebox';
import { connectNodes, select, type ClickHouseConfig } from '../platform/clickhouse/connect.ts';

const TableRow = Type.Object({ query: Type.String() });

export interface TableTtl {
  readonly table: string;
  /** As ClickHouse shows it in the CREATE statement of a table that has it, without back quotes. */
  readonly shown: string;
  /** What ALTER TABLE does for it. A TTL takes no query parameter: only constants and integers. */
  readonly change: string;
}

/** Changes the TTL of a table on each server that has another one. */
export async function enforceTtl(
  config: ClickHouseConfig,
  { table, shown, change }: TableTtl,
): Promise<void> {
  const nodes = connectNodes(config, 'api-credits retention');
  try {
    for (const node of nodes) {
      const [found] = await select(
        node,
        TableRow,
        `SELECT replaceAll(create_table_query, '\`', '') AS query FROM system.tables
         WHERE database = currentDatabase() AND name = {table:String}`,
        { table },
      );
      if (!found?.query.includes(shown)) await node.command({ query: `ALTER TABLE ${table} ${change}` });
    }
  } finally {
    await Promise.all(nodes.map((node) => node.close()));
  }
}
