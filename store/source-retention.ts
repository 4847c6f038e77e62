import type { ClickHouseConfig } from '../platform/clickhouse/connect.ts';
import { enforceTtl } from './table-ttl.ts';

/**
 * Sets how long ClickHouse keeps the source addresses of calls (SOURCE_RETENTION_DAYS), counted from when a call
 * occurred, until the end of that UTC day. The first merge after that clears them, within hours; the calls stay.
 */
export function enforceSourceRetention(config: ClickHouseConfig, days: number): Promise<void> {
  const column = `source_address String TTL toStartOfDay(occurred_at) + toIntervalDay(${days + 1})`;
  return enforceTtl(config, { table: 'call_events', shown: `${column},`, change: `MODIFY COLUMN ${column}` });
}
