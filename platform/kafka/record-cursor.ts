import type { DataBatch } from './data-batch.ts';
import { decompress } from './decompress.ts';
import { RecordBatchError } from './record-batch-error.ts';

const LOG_APPEND_TIME = 0x08;

/**
 * Walks through the records of a fetch without an object for each: `next()` moves to the next record, whose offset,
 * time, key and value are then read from the cursor. Keys and values are views of the fetched bytes, which they keep
 * in memory: copy what is to stay.
 */
export class RecordCursor {
  offset = -1;
  /** The broker's append time where the topic uses it, else the producer's; epoch milliseconds. */
  timestampMs = 0;
  /** Where the value stands in `bytes`; both -1 where it is null. */
  valueStart = -1;
  valueEnd = -1;
  #bytes: Buffer;
  readonly #fetched: Buffer;
  readonly #batches: readonly DataBatch[];
  readonly #fromOffset: number;
  #nextBatch = 0;
  #batch: DataBatch | undefined;
  #left = 0;
  #position = 0;
  #end = 0;
  #keyStart = 0;
  #keyBytes = -1;
  #headersStart = 0;

  constructor(bytes: Buffer, batches: readonly DataBatch[], fromOffset: number) {
    this.#bytes = bytes;
    this.#fetched = bytes;
    this.#batches = batches;
    this.#fromOffset = fromOffset;
  }

  get key(): Buffer | null {
    return this.#keyBytes < 0 ? null : this.#bytes.subarray(this.#keyStart, this.#keyStart + this.#keyBytes);
  }

  get value(): Buffer | null {
    return this.valueEnd < 0 ? null : this.#bytes.subarray(this.valueStart, this.valueEnd);
  }

  /** What the value is a part of: reading it in place saves a Buffer for each record, which costs 0.2 us. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Whether `headers` may have this one: without reading them, for most records have none or others. */
  mayHaveHeader(name: Buffer): boolean {
    const start = this.#headersStart;
    return this.#bytes[start] !== 0 && this.#bytes.subarray(start, this.#position).includes(name);
  }

  /** By name; of several with one name the last. Read only where they are needed: events carry none. */
  headers(): Map<string, Buffer | null> {
    const headers = new Map<string, Buffer | null>();
    const end = this.#position;
    this.#position = this.#headersStart;
    for (let left = this.#varint(); left > 0; left -= 1) {
      const name = this.#bytesOf(this.#varint(), end);
      headers.set(name?.toString('utf8') ?? '', this.#bytesOf(this.#varint(), end));
    }
    this.#position = end;
    return headers;
  }

  /** @returns false behind the last record. @throws RecordBatchError where a record does not fit its batch */
  next(): boolean {
    do {
      while (this.#left === 0) if (!this.#openBatch()) return false;
      this.#readRecord();
    } while (this.offset < this.#fromOffset);
    return true;
  }

  #openBatch(): boolean {
    if (this.#batch && this.#position !== this.#end) this.#fail('has bytes behind its last record');
    const batch = this.#batches[this.#nextBatch++];
    this.#batch = batch;
    if (!batch) return false;
    const { start, end, attributes, baseOffset, count } = batch;
    const unpacked = decompress(attributes, this.#fetched, start, end, baseOffset);
    this.#bytes = unpacked ?? this.#fetched;
    this.#position = unpacked ? 0 : start;
    this.#end = unpacked ? unpacked.length : end;
    this.#left = count;
    this.timestampMs = batch.maxTimestampMs;
    return true;
  }

  /** Length, attributes, time and offset since the batch's, key, value, headers; lengths of -1 are null. */
  #readRecord(): void {
    const batch = this.#batch;
    if (!batch) return;
    const size = this.#varint();
    const end = this.#position + size;
    if (size < 1 || end > this.#end) this.#fail('has a record that is longer than the batch');
    this.#position += 1;
    const sinceMs = this.#varlong();
    if ((batch.attributes & LOG_APPEND_TIME) === 0) this.timestampMs = batch.baseTimestampMs + sinceMs;
    this.offset = batch.baseOffset + this.#varint();
    this.#keyBytes = this.#varint();
    this.#keyStart = this.#position;
    if (this.#keyBytes > 0) this.#position += this.#keyBytes;
    const valueBytes = this.#varint();
    if (valueBytes > 0) this.#position += valueBytes;
    this.valueStart = valueBytes < 0 ? -1 : this.#position - valueBytes;
    this.valueEnd = valueBytes < 0 ? -1 : this.#position;
    if (this.#position > end) this.#fail('has a record that is longer than it says');
    this.#headersStart = this.#position;
    this.#position = end;
    this.#left -= 1;
  }

  #bytesOf(size: number, end: number): Buffer | null {
    if (size < 0) return null;
    const start = this.#position;
    this.#position += size;
    if (this.#position > end) this.#fail('has a header that is longer than its record');
    return this.#bytes.subarray(start, this.#position);
  }

  #varint(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes[this.#position++] ?? 0;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    return this.#fail('has a length of more than 32 bits');
  }

  /** Times since the batch's are below 2^53; larger ones would be wrong, not too large. */
  #varlong(): number {
    let value = 0;
    let scale = 1;
    for (let group = 0; group < 10; group += 1) {
      const byte = this.#bytes[this.#position++] ?? 0;
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    return this.#fail('has a time of more than 64 bits');
  }

  #fail(problem: string): never {
    throw new RecordBatchError(this.#batch?.baseOffset ?? -1, problem);
  }
}
