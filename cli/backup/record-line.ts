import { Type, type Static } from 'typebox';
import type { Message } from 'kafkajs';
import { compiled } from '../../platform/compiled-schema.ts';
import type { RecordCursor } from '../../platform/kafka/record-cursor.ts';

const Bytes = Type.String();
const BytesOrNull = Type.Union([Bytes, Type.Null()]);

/** A record of a topic as a line of a backup. Bytes are base64. */
const RecordLine = Type.Object({
  offset: Type.Integer({ minimum: 0 }),
  /** When Kafka appended it, epoch milliseconds. */
  appended_at: Type.Integer(),
  key: BytesOrNull,
  value: BytesOrNull,
  /** Where it has any. One without a value has an empty one here: the client writes no other, and nothing reads them. */
  headers: Type.Optional(Type.Array(Type.Tuple([Type.String(), Bytes]))),
});
export type RecordLine = Static<typeof RecordLine>;

const base64 = (bytes: Buffer | null): string | null => bytes?.toString('base64') ?? null;
const bytesOf = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text, 'base64'));

/** @param record its cursor */
export function lineOf(record: RecordCursor): RecordLine {
  const headers = [...record.headers()].map(([name, value]): [string, string] => [name, base64(value) ?? '']);
  return {
    offset: record.offset,
    appended_at: record.timestampMs,
    key: base64(record.key),
    value: base64(record.value),
    ...(headers.length > 0 && { headers }),
  };
}

/** @throws where the line is not of a backup */
export function parseLine(text: string): RecordLine {
  const line: unknown = JSON.parse(text);
  if (compiled(RecordLine).check(line)) return line;
  throw new Error('a line is not a record');
}

/** As it is appended again, with its own time. */
export const messageOf = ({ appended_at, key, value, headers = [] }: RecordLine): Message => ({
  key: bytesOf(key),
  value: bytesOf(value),
  timestamp: String(appended_at),
  partition: 0,
  ...(headers.length > 0 && {
    headers: Object.fromEntries(headers.map(([name, bytes]) => [name, Buffer.from(bytes, 'base64')])),
  }),
});
