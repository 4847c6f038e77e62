import { crc32c } from '@node-rs/crc32';
import { RecordBatchError } from './record-batch-error.ts';
import type { DataBatch } from './data-batch.ts';
import { RecordCursor } from './record-cursor.ts';

/**
 * Where things stand in the header of a record batch, format 2, the only one that Kafka 4 writes.
 * Source: Apache Kafka documentation, "Record Batch".
 */
const LENGTH = 8;
const MAGIC = 16;
const CRC = 17;
const ATTRIBUTES = 21;
const LAST_OFFSET_DELTA = 23;
const BASE_TIMESTAMP = 27;
const MAX_TIMESTAMP = 35;
const PRODUCER_ID = 43;
const RECORD_COUNT = 57;
const HEADER_BYTES = 61;
/** What the length does not count: the base offset and itself. */
const UNCOUNTED_BYTES = 12;

const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/** An aborted transaction as the broker lists it with a fetch. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: number;
}

/** Consecutive offsets, both inclusive. */
export interface OffsetRange {
  readonly first: number;
  readonly last: number;
}

/** What a fetch returned of one partition. */
export class RecordSet {
  readonly #bytes: Buffer;
  readonly #fromOffset: number;
  readonly #batches: readonly DataBatch[];
  /** Of published records in the batches, those before the fetched offset included. */
  readonly recordCount: number;
  /**
   * The last offset that was fetched, whatever stood there: published, control and aborted records, or ones that
   * compaction took away. Undefined where no whole batch was fetched.
   */
  readonly lastOffset: number | undefined;
  readonly #unpublished: readonly OffsetRange[];

  constructor(
    bytes: Buffer,
    fromOffset: number,
    batches: readonly DataBatch[],
    unpublished: readonly OffsetRange[],
    lastOffset: number | undefined,
  ) {
    this.#bytes = bytes;
    this.#fromOffset = fromOffset;
    this.#batches = batches;
    this.#unpublished = unpublished;
    this.lastOffset = lastOffset;
    this.recordCount = batches.reduce((sum, { count }) => sum + count, 0);
  }

  /** The published records from the fetched offset on. */
  records(): RecordCursor {
    return new RecordCursor(this.#bytes, this.#batches, this.#fromOffset);
  }

  /** The offsets of control records and of aborted transactions in [first, last], ascending. */
  unpublishedIn(first: number, last: number): OffsetRange[] {
    return this.#unpublished.flatMap((range) => {
      const within = { first: Math.max(first, range.first), last: Math.min(last, range.last) };
      return within.first <= within.last ? [within] : [];
    });
  }
}

/**
 * Reads the headers of all record batches and checks their checksums.
 *
 * A transaction's outcome is known batch by batch: an aborted one begins at its first offset and ends with its
 * producer's next control batch. The broker lists aborted transactions by their end, several may begin within one
 * batch, and a fetch may begin inside of one; what is a control batch is said by its attributes alone.
 * Source: the Java client, CompletedFetch.nextFetchedRecord.
 * @param fromOffset the fetched offset; the first batch may begin before it
 * @throws RecordBatchError
 */
export function readRecordSet(
  bytes: Buffer,
  fromOffset: number,
  abortedTransactions: readonly AbortedTransaction[],
): RecordSet {
  const aborted = abortedTransactions.toSorted((one, other) => one.firstOffset - other.firstOffset);
  const aborting = new Set<bigint>();
  const batches: DataBatch[] = [];
  const unpublished: { first: number; last: number }[] = [];
  let lastOffset: number | undefined;
  let next = 0;
  for (let start = 0; start + HEADER_BYTES <= bytes.length;) {
    const baseOffset = longAt(bytes, start);
    const end = start + UNCOUNTED_BYTES + bytes.readInt32BE(start + LENGTH);
    // The broker cuts what it returns at a size: the last batch may be torn, and is fetched again.
    if (end > bytes.length) break;
    check(bytes, start, end, baseOffset);
    const attributes = bytes.readInt16BE(start + ATTRIBUTES);
    const last = baseOffset + bytes.readInt32BE(start + LAST_OFFSET_DELTA);
    for (let entry = aborted[next]; entry && entry.firstOffset <= last; entry = aborted[++next]) {
      aborting.add(entry.producerId);
    }
    const isAborted =
      aborting.size > 0 &&
      (attributes & TRANSACTIONAL) !== 0 &&
      aborting.has(bytes.readBigInt64BE(start + PRODUCER_ID));
    const isControl = (attributes & CONTROL) !== 0;
    if (isControl) aborting.delete(bytes.readBigInt64BE(start + PRODUCER_ID));
    if (isControl || isAborted) {
      const before = unpublished.at(-1);
      if (before?.last === baseOffset - 1) before.last = last;
      else unpublished.push({ first: baseOffset, last });
    } else if (last >= fromOffset) {
      batches.push({
        baseOffset,
        attributes,
        baseTimestampMs: longAt(bytes, start + BASE_TIMESTAMP),
        maxTimestampMs: longAt(bytes, start + MAX_TIMESTAMP),
        count: bytes.readInt32BE(start + RECORD_COUNT),
        start: start + HEADER_BYTES,
        end,
      });
    }
    if (last >= fromOffset) lastOffset = last;
    start = end;
  }
  return new RecordSet(bytes, fromOffset, batches, unpublished, lastOffset);
}

function check(bytes: Buffer, start: number, end: number, baseOffset: number): void {
  if (end < start + HEADER_BYTES) throw new RecordBatchError(baseOffset, 'is shorter than its header');
  const magic = bytes[start + MAGIC] ?? 0;
  if (magic !== 2) {
    throw new RecordBatchError(
      baseOffset,
      `is of message format ${magic}; only format 2 is read (Kafka 0.11 and later)`,
    );
  }
  // By the processor's own instruction: tables in JavaScript take a fifth of the landing process's CPU.
  if (crc32c(bytes.subarray(start + ATTRIBUTES, end)) !== bytes.readUInt32BE(start + CRC)) {
    throw new RecordBatchError(baseOffset, 'is damaged: its checksum does not match its bytes');
  }
}

/** A signed 64-bit integer that is a safe one: offsets and times are. */
function longAt(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4);
}
