/**
 * A segment is a file of one header and then records, each with its length and checksum; integers are big-endian.
 *
 *     header   magic 8 | version 4 | number of the first record 6 | CRC-32C of these 18 bytes 4
 *     record   CRC-32C of what follows 4 | length of what follows it 4 | number 6 | length of the key 2 | key | value
 *
 * Version 2 is written where events are traced: the highest bit of the key's length says that the record's traceparent
 * (55 characters) stands between key and value. Otherwise segments have version 1, which an earlier release reads too.
 *
 * Records are numbered without gaps over all segments of a spool, and a segment's name is the number of its first
 * record, as in Kafka's log. So the names alone say how many records a segment must have, a damaged one is missed by
 * its number, and bytes of another file never pass for a record of this one.
 */
import { crc32c } from '../../platform/kafka/crc32c.ts';
import { TRACEPARENT } from '../../platform/tracing/span-context.ts';
import type { OutgoingRecord } from '../../schemas/prepared-event.ts';

const MAGIC = Buffer.from('acspool\n');
/** The last one has traces. */
const VERSIONS = [1, 2] as const;
const [UNTRACED, TRACED] = VERSIONS;
const NUMBER_BYTES = 6;
export const HEADER_BYTES = 22;
/** Of a record without its key and value. */
export const RECORD_FRAMING_BYTES = 16;
/** Keys are shorter: organisation ids have at most 128 bytes. */
const IS_TRACED = 0x80_00;
const TRACEPARENT_BYTES = 55;
const NAME = /^(\d{15})\.spool(\.aside)?$/;

/** A record as it lies in a segment. Its key and value are parts of the bytes that it was read from. */
export interface StoredRecord extends OutgoingRecord {
  readonly number: number;
  /** Its offset, and the one after it. */
  readonly start: number;
  readonly end: number;
}

export const segmentName = (first: number): string => `${String(first).padStart(15, '0')}.spool`;

/** @returns what the name of a segment says, undefined where it is not one; `aside`: it was set aside */
export function parseSegmentName(name: string): { first: number; aside: boolean } | undefined {
  const [, digits, suffix] = NAME.exec(name) ?? [];
  if (digits === undefined || Number(digits) >= 2 ** (NUMBER_BYTES * 8)) return undefined;
  return { first: Number(digits), aside: suffix !== undefined };
}

/** @param isTraced whether records of the segment may have a traceparent */
export function encodeHeader(first: number, isTraced = false): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(bytes);
  bytes.writeUInt32BE(isTraced ? TRACED : UNTRACED, 8);
  bytes.writeUIntBE(first, 12, NUMBER_BYTES);
  bytes.writeUInt32BE(crc32c(bytes, 0, 18), 18);
  return bytes;
}

export interface HeaderProblem {
  readonly reason: string;
  /** A file in another format, or another segment: its records must not be read. */
  readonly isForeign: boolean;
}

/** What is wrong with the header of the segment named after `first`; undefined if nothing. */
export function headerProblem(bytes: Buffer, first: number): HeaderProblem | undefined {
  if (bytes.length < HEADER_BYTES) return { reason: 'the file ends within its header', isForeign: false };
  if (crc32c(bytes, 0, 18) !== bytes.readUInt32BE(18)) {
    return { reason: 'the header is damaged, or the file is not a segment', isForeign: false };
  }
  const version = bytes.readUInt32BE(8);
  if (!bytes.subarray(0, 8).equals(MAGIC) || !VERSIONS.some((known) => known === version)) {
    return {
      reason: `the file has format version ${version}, not ${VERSIONS.join(' or ')}`,
      isForeign: true,
    };
  }
  if (bytes.readUIntBE(12, NUMBER_BYTES) === first) return undefined;
  return { reason: 'the header has the number of another segment', isForeign: true };
}

/** The bytes that a record takes for its trace. */
export const traceBytes = (record: OutgoingRecord): number =>
  traceparentOf(record) === undefined ? 0 : TRACEPARENT_BYTES;

/** One of another length is not ours: such a record is not traced. */
function traceparentOf({ headers }: OutgoingRecord): string | undefined {
  const traceparent = headers?.[TRACEPARENT];
  return traceparent?.length === TRACEPARENT_BYTES ? traceparent : undefined;
}

const storedBytes = (record: OutgoingRecord): number =>
  RECORD_FRAMING_BYTES + Buffer.byteLength(record.key) + traceBytes(record) + record.value.length;

/** @param first the number of the first of these records */
export function encodeRecords(records: readonly OutgoingRecord[], first: number): Buffer {
  const bytes = Buffer.allocUnsafe(records.reduce((sum, record) => sum + storedBytes(record), 0));
  let at = 0;
  for (const [index, record] of records.entries()) {
    const { key, value } = record;
    const traceparent = traceparentOf(record);
    const keyBytes = bytes.write(key, at + RECORD_FRAMING_BYTES);
    const traceAt = at + RECORD_FRAMING_BYTES + keyBytes;
    const valueAt = traceAt + bytes.write(traceparent ?? '', traceAt);
    bytes.set(value, valueAt);
    const end = valueAt + value.length;
    bytes.writeUInt32BE(end - at - 8, at + 4);
    bytes.writeUIntBE(first + index, at + 8, NUMBER_BYTES);
    bytes.writeUInt16BE(traceparent === undefined ? keyBytes : keyBytes | IS_TRACED, at + 14);
    bytes.writeUInt32BE(crc32c(bytes, at + 4, end), at);
    at = end;
  }
  return bytes;
}

/** The record at an offset, if one lies there whole and its number is within [from, to). */
export function recordAt(bytes: Buffer, at: number, from: number, to: number): StoredRecord | undefined {
  if (at + RECORD_FRAMING_BYTES > bytes.length) return undefined;
  const number = bytes.readUIntBE(at + 8, NUMBER_BYTES);
  const end = statedEnd(bytes, at);
  const keyField = bytes.readUInt16BE(at + 14);
  const isTraced = (keyField & IS_TRACED) !== 0;
  const traceAt = at + RECORD_FRAMING_BYTES + (keyField & ~IS_TRACED);
  const valueAt = traceAt + (isTraced ? TRACEPARENT_BYTES : 0);
  if (number < from || number >= to || valueAt > end || end > bytes.length) return undefined;
  if (crc32c(bytes, at + 4, end) !== bytes.readUInt32BE(at)) return undefined;
  const key = bytes.toString('utf8', at + RECORD_FRAMING_BYTES, traceAt);
  const headers = isTraced && { headers: { [TRACEPARENT]: bytes.toString('latin1', traceAt, valueAt) } };
  return { number, key, value: bytes.subarray(valueAt, end), ...headers, start: at, end };
}

/** Whether what lies at an offset is a record cut short: by a kill in its middle, or as zeros by a loss of power. */
export function isTorn(bytes: Buffer, at: number): boolean {
  if (at + RECORD_FRAMING_BYTES > bytes.length || statedEnd(bytes, at) > bytes.length) return true;
  return bytes.subarray(at).every((byte) => byte === 0);
}

const statedEnd = (bytes: Buffer, at: number): number => at + 8 + bytes.readUInt32BE(at + 4);
