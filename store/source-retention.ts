import { Type } from 'typebox';
import { connectNodes, select, type ClickHouseConfig } from '../platform/clickhouse/connect.ts';

const TableRow = Type.Object({ create_table_query: Type.String() });

/**
 * Sets how long ClickHouse keeps the source addresses of calls (SOURCE_RETENTION_DAYS), counted from when a call
 * occurred, until the end of that UTC day. The first merge after that clears them, within hours; the calls stay.
 */
export async function enforceSourceRetention(config: ClickHouseConfig, days: number): Promise<void> {
  const column = `source_address String TTL toStartOfDay(occurred_at) + toIntervalDay(${days + 1})`;
  const nodes = connectNodes(config, 'api-credits retention');
  try {
    for (const node of nodes) {
      const [table] = await select(
        node,
        TableRow,
        `SELECT replaceAll(create_table_query, '\`', '') AS create_table_query FROM system.tables
         WHERE database = currentDatabase() AND name = 'call_events'`,
      );
      if (table?.create_table_query.includes(`${column},`)) continue;
      // A TTL takes no query parameter; `days` is an integer by the type of its setting.
      await node.command({ query: `ALTER TABLE call_events MODIFY COLUMN ${column}` });
    }
  } finally {
    await Promise.all(nodes.map((node) => node.close()));
  }
}
