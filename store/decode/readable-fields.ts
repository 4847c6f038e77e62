import type avro from 'avsc';
import { formatEventId } from '../../schemas/event-id.ts';
import { readBody } from './avro-body.ts';
import type { AvroReader } from './avro-reader.ts';

/** An event as far as its bytes can be read, for people who look into a dead letter. */
export interface ReadableFields {
  /** In the order of the writer schema, up to where reading stopped. */
  readonly fields: readonly ReadableField[];
  /** The error that stopped it, with the field and its byte; undefined where the whole message was read. */
  readonly stopped: string | undefined;
}

export interface ReadableField {
  readonly name: string;
  /** As JSON: texts, numbers and null as they are, bytes in hexadecimal, an event id as a UUID. */
  readonly value: unknown;
  /** Where its bytes end in the message. */
  readonly end: number;
}

/**
 * Reads the fields of a record one by one, as strictly as an event is read.
 * @param reader at the first field
 */
export function readFields(reader: AvroReader, record: avro.types.RecordType): ReadableFields {
  const fields: ReadableField[] = [];
  for (const { name, type } of record.fields) {
    const start = reader.position;
    readBody(reader, type, name);
    if (reader.error !== '') break;
    fields.push({
      name,
      value: valueOf(type, name, reader.bytes.subarray(start, reader.position)),
      end: reader.position,
    });
  }
  reader.finish();
  return { fields, stopped: reader.error === '' ? undefined : reader.error };
}

const EVENT_ID_BYTES = 16;

function valueOf(type: avro.Type, name: string, bytes: Buffer): unknown {
  if (name === 'event_id' && bytes.length === EVENT_ID_BYTES) return formatEventId(bytes);
  try {
    const value: unknown = type.fromBuffer(bytes);
    return JSON.parse(
      JSON.stringify(value, (_, each: unknown) =>
        isBytes(each) ? Buffer.from(each.data).toString('hex') : each,
      ),
    );
  } catch {
    // A long beyond 2^53: avsc throws, although its bytes are right.
    return bytes.toString('hex');
  }
}

/** A Buffer as JSON.stringify shows it. */
const isBytes = (value: unknown): value is { readonly type: 'Buffer'; readonly data: readonly number[] } =>
  typeof value === 'object' &&
  value !== null &&
  'type' in value &&
  value.type === 'Buffer' &&
  'data' in value;
