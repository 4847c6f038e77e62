import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { DeadLetter, DeadLetterRow } from './dead-letter.ts';

const BytesRow = Type.Object({
  offset: Type.Integer(),
  key: Type.Union([Type.String(), Type.Null()]),
  value: Type.Union([Type.String(), Type.Null()]),
});

/**
 * Adds the bytes to dead letters of one partition, which fit in memory together.
 * @returns them in the same order
 */
export async function readBytes(
  client: ClickHouseClient,
  rows: readonly DeadLetterRow[],
): Promise<DeadLetter[]> {
  const [first] = rows;
  if (!first) return [];
  const found = await select(
    client,
    BytesRow,
    // As text: JSON has no bytes.
    `SELECT offset, base64Encode(record.key) AS key, base64Encode(record.value) AS value
     FROM dead_letter_bytes AS record FINAL
     WHERE record.topic = {topic:String} AND record.partition = {partition:UInt16} AND record.offset IN {offsets:Array(UInt64)}`,
    { topic: first.topic, partition: first.partition, offsets: rows.map(({ offset }) => offset) },
  );
  const byOffset = new Map(found.map((each) => [each.offset, each]));
  return rows.map((row) => ({ ...row, bytes: bytesOf(row, byOffset.get(row.offset)) }));
}

function bytesOf(
  { size_bytes }: DeadLetterRow,
  found: Static<typeof BytesRow> | undefined,
): DeadLetter['bytes'] {
  if (!found) return undefined;
  const value = decoded(found.value);
  return { key: decoded(found.key), value, isCut: value !== null && value.length < size_bytes };
}

const decoded = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text, 'base64'));
