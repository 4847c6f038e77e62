import { PlacedRecord } from '../../schemas/placed-record.ts';
import { crc32c } from './crc32c.ts';

/** A record without headers and with no time of its own. */
export interface PlainRecord {
  readonly key: string | Buffer;
  readonly value: Buffer;
}

/** Length, attributes, two deltas, two lengths and the number of headers take at most so many bytes. */
const MAX_RECORD_OVERHEAD = 5 + 1 + 1 + 5 + 5 + 5 + 1;
/** A UTF-16 code unit has at most three bytes in UTF-8. */
const MAX_BYTES_PER_UNIT = 3;
const HEADER_BYTES = 61;
const MAGIC = 2;
/** The protocol's codec of batches that are not compressed. */
export const NO_COMPRESSION = 0;

/**
 * The records of a batch, one after the other (Kafka's record format, version 2), into one buffer.
 * @param room how many bytes are left free before them
 */
export function encodeRecords(records: readonly PlainRecord[], room = 0): Buffer {
  let most = room;
  for (const record of records) {
    const { key } = record;
    most += MAX_RECORD_OVERHEAD + valueLengthOf(record);
    most += typeof key === 'string' ? key.length * MAX_BYTES_PER_UNIT : key.length;
  }
  const bytes = Buffer.allocUnsafe(most);
  let at = room;
  for (let delta = 0; delta < records.length; delta += 1) {
    const record = records[delta];
    if (record === undefined) continue;
    const { key } = record;
    const valueLength = valueLengthOf(record);
    const keyLength = typeof key === 'string' ? Buffer.byteLength(key) : key.length;
    const length =
      3 + varintSize(delta) + varintSize(keyLength) + keyLength + varintSize(valueLength) + valueLength;
    at = writeVarint(bytes, at, length);
    bytes[at] = 0; // attributes
    bytes[at + 1] = 0; // timestamp delta
    at = writeVarint(bytes, at + 2, delta);
    at = writeVarint(bytes, at, keyLength);
    at += typeof key === 'string' ? bytes.write(key, at) : key.copy(bytes, at);
    at = writeVarint(bytes, at, valueLength);
    if (record instanceof PlacedRecord) copyValue(record, bytes, at);
    else bytes.set(record.value, at);
    at += valueLength;
    bytes[at] = 0; // headers
    at += 1;
  }
  return bytes.subarray(0, at);
}

/** Copied byte by byte where that takes less time than making the view that the runtime needs to copy a part. */
const SHORT_VALUE = 512;

function copyValue({ bytes: from, start, end }: PlacedRecord, to: Buffer, at: number): void {
  if (end - start > SHORT_VALUE) return void from.copy(to, at, start, end);
  for (let index = start, next = at; index < end; index += 1, next += 1) to[next] = from[index] ?? 0;
}

/** A Buffer of a placed record's value would be made for this alone. */
const valueLengthOf = (record: PlainRecord): number =>
  record instanceof PlacedRecord ? record.end - record.start : record.value.length;

/**
 * A whole batch of records that are not compressed.
 * @param timestamp as in encodeBatch
 */
export function encodePlainBatch(records: readonly PlainRecord[], timestamp: number): Buffer {
  const batch = encodeRecords(records, HEADER_BYTES);
  writeHeader(batch, records.length, NO_COMPRESSION, timestamp);
  return batch;
}

/**
 * A whole batch.
 * @param records encoded, and compressed by the codec
 * @param count of records
 * @param codec of the Kafka protocol; 0 for none
 * @param timestamp of all records, epoch milliseconds; a topic with LogAppendTime replaces it
 */
export function encodeBatch(records: Buffer, count: number, codec: number, timestamp: number): Buffer {
  const batch = Buffer.allocUnsafe(HEADER_BYTES + records.length);
  records.copy(batch, HEADER_BYTES);
  writeHeader(batch, count, codec, timestamp);
  return batch;
}

function writeHeader(batch: Buffer, count: number, codec: number, timestamp: number): void {
  batch.writeBigInt64BE(0n, 0); // first offset
  batch.writeInt32BE(batch.length - 12, 8); // what follows
  batch.writeInt32BE(-1, 12); // partition leader epoch
  batch.writeInt8(MAGIC, 16);
  batch.writeInt16BE(codec, 21);
  batch.writeInt32BE(count - 1, 23);
  batch.writeBigInt64BE(BigInt(timestamp), 27);
  batch.writeBigInt64BE(BigInt(timestamp), 35);
  batch.writeBigInt64BE(-1n, 43); // no producer id
  batch.writeInt16BE(-1, 51);
  batch.writeInt32BE(-1, 53);
  batch.writeInt32BE(count, 57);
  batch.writeUInt32BE(crc32c(batch, 21), 17);
}

/** Of a number that is not negative, zigzag encoded. */
function varintSize(value: number): number {
  if (value < 1 << 6) return 1;
  if (value < 1 << 13) return 2;
  if (value < 1 << 20) return 3;
  return value < 1 << 27 ? 4 : 5;
}

/** @returns where the next byte goes */
function writeVarint(bytes: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value * 2;
  while (rest > 127) {
    bytes[at] = (rest & 127) | 128;
    rest = Math.floor(rest / 128);
    at += 1;
  }
  bytes[at] = rest;
  return at + 1;
}
