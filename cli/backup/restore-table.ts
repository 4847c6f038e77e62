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

/**
 * Deliveries that began while the backup ran are in alert_attempts already, and may have been made: the process that
 * delivers must not begin them again. What begins together is one insert, so all before the last one have begun.
 */
export async function passBegunDeliveries(client: ClickHouseClient): Promise<void> {
  await client.command({
    query: `INSERT INTO alert_progress (name, position)
      SELECT 'deliveries', max(round) + 1 FROM alert_attempts HAVING count() > 0`,
  });
}
