import { Type } from 'typebox';
import { connectNodes, select, type ClickHouseConfig } from '../../../platform/clickhouse/connect.ts';

const ColumnRow = Type.Object({ table: Type.String(), name: Type.String() });
const CountRow = Type.Object({ count: Type.Integer() });

/** The columns of the tables of every server, and its lists of mutations, in which a text stands, in any row that is kept. */
export async function columnsWith(config: ClickHouseConfig, text: string): Promise<string[]> {
  const found = new Set<string>();
  for (const node of connectNodes(config, 'personal data test')) {
    const columns = await select(
      node,
      ColumnRow,
      `SELECT table, name FROM system.columns WHERE database = currentDatabase() AND type LIKE '%String%'
         AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree')
       UNION ALL SELECT 'system.mutations', 'command'`,
    );
    for (const { table, name } of columns) {
      const [row] = await select(
        node,
        CountRow,
        `SELECT count() AS count FROM ${table} WHERE position(toString(${name}), {text:String}) > 0`,
        { text },
      );
      if (row && row.count > 0) found.add(`${table}.${name}`);
    }
    await node.close();
  }
  return [...found].toSorted();
}
