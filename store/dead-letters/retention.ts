import type { ClickHouseConfig } from '../../platform/clickhouse/connect.ts';
import { enforceTtl } from '../table-ttl.ts';

/**
 * Sets how long ClickHouse keeps the bytes of dead letters (DEAD_LETTER_RETENTION_DAYS), counted from when Kafka
 * appended them, until the end of that UTC day: a redelivery does not prolong it. What became of their offsets stays
 * in `quarantined`.
 */
export function enforceDeadLetterRetention(config: ClickHouseConfig, days: number): Promise<void> {
  const ttl = `TTL toStartOfDay(appended_at) + toIntervalDay(${days + 1})`;
  return enforceTtl(config, { table: 'dead_letter_bytes', shown: ttl, change: `MODIFY ${ttl}` });
}
