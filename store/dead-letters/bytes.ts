import { Type, type Static } from 'typebox';
import { select, type ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { DeadLetter, DeadLetterRow } from './dead-letter.ts';

/** Of the bytes that are in memory at once: at least one dead letter, and 900 KB is the largest. */
const MAX_CHUNK_BYTES = 4 * 2 ** 20;

const BytesRow = Type.Object({
  offset: Type.Integer(),
  key: Type.Union([Type.String(), Type.Null()]),
  value: Type.Union([Type.String(), Type.Null()]),
});

/** Adds the bytes to dead letters, in chunks of one partition each: one chunk is in memory. */
export async function* withBytes(
  client: ClickHouseClient,
  rows: readonly DeadLetterRow[],
): AsyncGenerator<readonly DeadLetter[]> {
  for (const chunk of chunksOf(rows)) yield await readBytes(client, chunk);
}

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

function* chunksOf(rows: readonly DeadLetterRow[]): Generator<readonly DeadLetterRow[]> {
  let chunk: DeadLetterRow[] = [];
  let sizeBytes = 0;
  for (const row of rows) {
    const [first] = chunk;
    const isOther = row.topic !== first?.topic || row.partition !== first.partition;
    if (first && (isOther || sizeBytes + row.size_bytes > MAX_CHUNK_BYTES)) {
      yield chunk;
      chunk = [];
      sizeBytes = 0;
    }
    chunk.push(row);
    sizeBytes += row.size_bytes;
  }
  if (chunk.length > 0) yield chunk;
}
