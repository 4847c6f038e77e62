import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { BackedUpTable } from './contents.ts';
import { LineFile } from './line-file.ts';
import type { TableEntry } from './manifest.ts';

/**
 * Writes the rows of a table to a file, as JSON values by column.
 * @param end behind the last offset of the topic alerts that is backed up
 */
export async function backUpTable(
  client: ClickHouseClient,
  { name, offsets = [] }: BackedUpTable,
  end: number,
  file: string,
  path: string,
): Promise<TableEntry> {
  const lines = new LineFile(path);
  let rows = 0;
  try {
    for await (const line of tableLines(client, name, offsets, end)) {
      rows += 1;
      await lines.add(line);
    }
    return { table: name, file, ...(await lines.finish()), rows };
  } finally {
    lines.abandon();
  }
}

/** The rows of a table as JSON texts, each once: what they say does not depend on how often they are there. */
export async function* tableLines(
  client: ClickHouseClient,
  name: string,
  offsets: readonly string[] = [],
  end = 0,
): AsyncGenerator<string> {
  const isBefore = offsets.map((column) => ` AND ${column} < {end:UInt64}`).join('');
  const query = `SELECT DISTINCT * FROM ${name} WHERE true${isBefore} ORDER BY ALL`;
  const result = await client.query({ query, query_params: { end }, format: 'JSONEachRow' });
  for await (const rows of result.stream()) for (const { text } of rows) yield text;
}
