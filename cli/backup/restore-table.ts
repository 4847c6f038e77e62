import { Readable } from 'node:stream';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { readLines } from './line-file.ts';
import type { TableEntry } from './manifest.ts';

/** Inserts the rows of a backup. A row that is there already changes nothing when it is there twice. */
export async function restoreTable(client: ClickHouseClient, { table, rows }: TableEntry, path: string) {
  if (rows === 0) return;
  async function* values(): AsyncGenerator {
    for await (const line of readLines(path)) yield JSON.parse(line);
  }
  await client.insert({ table, values: Readable.from(values()), format: 'JSONEachRow' });
}
