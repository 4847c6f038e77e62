import { Type } from 'typebox';
import { connectNodes, select, type ClickHouseConfig } from '../../platform/clickhouse/connect.ts';

const TableRow = Type.Object({ engine_full: Type.String() });

/**
 * Sets how long ClickHouse keeps the bytes of dead letters (DEAD_LETTER_RETENTION_DAYS), counted from when Kafka
 * appended them, until the end of that UTC day: a redelivery does not prolong it. What became of their offsets stays
 * in `quarantined`.
 */
export async function enforceDeadLetterRetention(config: ClickHouseConfig, days: number): Promise<void> {
  const ttl = `toStartOfDay(appended_at) + toIntervalDay(${days + 1})`;
  const nodes = connectNodes(config, 'api-credits retention');
  try {
    for (const node of nodes) {
      const [table] = await select(
        node,
        TableRow,
        `SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = 'dead_letter_bytes'`,
      );
      if (table?.engine_full.includes(`TTL ${ttl}`)) continue;
      // A TTL takes no query parameter; `days` is an integer by the type of its setting.
      await node.command({ query: `ALTER TABLE dead_letter_bytes MODIFY TTL ${ttl}` });
    }
  } finally {
    await Promise.all(nodes.map((node) => node.close()));
  }
}
