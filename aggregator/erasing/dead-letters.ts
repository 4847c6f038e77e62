import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import { mutate, type Progress } from './statements.ts';

/** Deletes the bytes with which dead letters were kept before they got a pseudonym. No reader sees them any more. */
export function deleteReplacedBytes(
  nodes: readonly ClickHouseClient[],
  pseudonym: string,
  progress: Progress,
): Promise<void> {
  const has = `position(ifNull(value, ''), {pseudonym:String}) > 0`;
  const query = `DELETE WHERE NOT ${has} AND (topic, partition, offset) IN (
    SELECT topic, partition, offset FROM dead_letter_bytes WHERE ${has})`;
  return mutate(nodes, { table: 'dead_letter_bytes', query, params: { pseudonym } }, progress);
}
