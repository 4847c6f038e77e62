import avro from 'avsc';
import type { AvroReader } from './avro-reader.ts';
import { checkText, NOT_UTF8 } from './text-check.ts';

const { types } = avro;
/** Deeper than any event; ends the reading of a schema that contains itself. */
const MAX_DEPTH = 32;
/** Values without bytes of their own, such as records and nulls, that a message may have beyond its count of bytes. */
const MAX_VALUES = 10_000;

/**
 * Checks a body against its writer schema as strictly as the Transcoder checks the current one: avsc silently replaces
 * bad UTF-8, reads over-long numbers as floats, and loops 2^53 times over a list that claims that length.
 * The reader's `error` says what is wrong and names the field.
 */
export function readBody(reader: AvroReader, type: avro.Type, field: string, depth = 0): void {
  if (reader.error !== '') return;
  reader.values += 1;
  if (reader.values > MAX_VALUES + reader.bytes.length) {
    reader.fail(field, 'is one nested value too many');
  } else if (depth > MAX_DEPTH) {
    reader.fail(field, 'is nested too deeply');
  } else if (type instanceof types.RecordType) {
    for (const part of type.fields) readBody(reader, part.type, part.name, depth + 1);
  } else if (type instanceof types.UnwrappedUnionType || type instanceof types.WrappedUnionType) {
    const branch = type.types[reader.int(field)];
    if (branch) readBody(reader, branch, field, depth + 1);
    else reader.fail(field, 'has no such branch');
  } else if (type instanceof types.StringType) {
    readText(reader, field);
  } else if (type instanceof types.LongType) {
    reader.long(field);
  } else if (type instanceof types.IntType) {
    reader.int(field);
  } else if (type instanceof types.BooleanType) {
    const start = reader.fixed(field, 1);
    if (reader.error === '' && (reader.bytes[start] ?? 0) > 1) reader.fail(field, 'is not a boolean');
  } else if (type instanceof types.FloatType) {
    reader.fixed(field, 4);
  } else if (type instanceof types.DoubleType) {
    reader.fixed(field, 8);
  } else if (type instanceof types.FixedType) {
    reader.fixed(field, type.size);
  } else if (type instanceof types.BytesType) {
    reader.fixed(field, reader.length(field));
  } else if (type instanceof types.EnumType) {
    const index = reader.int(field);
    if (type.symbols[index] === undefined) reader.fail(field, 'has no such symbol');
  } else if (type instanceof types.ArrayType) {
    const { itemsType } = type;
    readItems(reader, field, () => readBody(reader, itemsType, field, depth + 1));
  } else if (type instanceof types.MapType) {
    const valuesType: avro.Type = type.valuesType;
    readItems(reader, field, () => {
      readText(reader, field);
      readBody(reader, valuesType, field, depth + 1);
    });
  } else if (!(type instanceof types.NullType)) {
    reader.fail(field, `has an unsupported type: ${type.typeName}`);
  }
}

function readText(reader: AvroReader, field: string): void {
  const size = reader.length(field);
  const start = reader.fixed(field, size);
  if ((checkText(reader.bytes.subarray(start, start + size)) & NOT_UTF8) !== 0)
    reader.fail(field, 'is not UTF-8');
}

/** Avro blocks of items: a count leads each, 0 ends the last; after a negative count comes the block's byte size. */
function readItems(reader: AvroReader, field: string, readItem: () => void): void {
  while (reader.error === '') {
    reader.long(field);
    const sign = reader.high < 0 ? -1 : 1;
    const count = sign * (reader.high * 2 ** 32 + (reader.low >>> 0));
    if (count === 0) return;
    if (sign < 0) reader.length(field);
    // Items can have a size of 0 bytes, so a short message could claim any number of them.
    if (count > reader.bytes.length) reader.fail(field, 'claims more items than the message has bytes');
    for (let item = 0; item < count && reader.error === ''; item += 1) readItem();
  }
}
