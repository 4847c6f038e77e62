import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { BACKED_UP_TABLES } from './contents.ts';
import { LineFile } from './line-file.ts';
import type { TableEntry } from './manifest.ts';

export type BackedUpTable = (typeof BACKED_UP_TABLES)[number];

/** Writes the rows of a small table to a file, as JSON values by column. */
export async function backUpTable(
  client: ClickHouseClient,
  name: BackedUpTable,
  file: string,
  path: string,
): Promise<TableEntry> {
  const lines = new LineFile(path);
  let rows = 0;
  try {
    for await (const line of tableLines(client, name)) {
      rows += 1;
      await lines.add(line);
    }
    return { table: name, file, ...(await lines.finish()), rows };
  } finally {
    lines.abandon();
  }
}

/** The rows of a table as JSON texts, each once: what they say does not depend on how often they are there. */
export async function* tableLines(client: ClickHouseClient, name: BackedUpTable): AsyncGenerator<string> {
  const query = `SELECT DISTINCT * FROM ${name} ORDER BY ALL`;
  const result = await client.query({ query, format: 'JSONEachRow' });
  for await (const rows of result.stream()) for (const { text } of rows) yield text;
}
