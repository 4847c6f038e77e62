import { endianness } from 'node:os';
import type { AvroReader } from './avro-reader.ts';
import { checkText, HAS_CONTROL, NOT_UTF8 } from './text-check.ts';

/**
 * Columns of ClickHouse's Native format as growing, reusable bytes. A row is first put into every column and then kept
 * in all of them, or dropped by not keeping it.
 * Source: ClickHouse documentation, "Native" format: per block the counts of columns and rows, then per column
 * name, type, values; strings as LEB128 length and bytes, integers little endian.
 */
if (endianness() !== 'LE')
  throw new Error('This machine is big-endian; Native columns are written in place.');

const FIRST_CAPACITY_BYTES = 65_536;
const MAX_LENGTH_PREFIX_BYTES = 5;

export class StringColumn {
  bytes: Buffer = Buffer.allocUnsafe(FIRST_CAPACITY_BYTES);
  /** Bytes of the rows that are kept. */
  length = 0;
  /** Whether the last text put has a control character. It is UTF-8; otherwise the reader has an error. */
  hasControl = false;
  #end = 0;

  /** Puts the reader's next text after the kept rows. @returns its size in bytes. */
  put(reader: AvroReader, field: string): number {
    const size = reader.length(field);
    const source = reader.bytes;
    const from = reader.position;
    let at = this.length;
    const needed = at + size + MAX_LENGTH_PREFIX_BYTES;
    if (needed > this.bytes.length) this.#grow(needed);
    const target = this.bytes;
    let rest = size;
    while (rest >= 0x80) {
      target[at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    target[at++] = rest;
    let sign = 0;
    const to = from + size;
    // Byte by byte: most texts have a dozen bytes, and a native copy costs more than that. The sign bit collects
    // whether any byte was outside printable ASCII, 20 to 7E, without a branch per byte.
    for (let index = from; index < to; index += 1) {
      const byte = source[index] ?? 0;
      target[at++] = byte;
      sign |= (byte - 0x20) | (0x7e - byte);
    }
    this.#end = at;
    this.hasControl = sign < 0 && this.#check(reader, field, size);
    reader.position = to;
    return size;
  }

  #check(reader: AvroReader, field: string, size: number): boolean {
    const flags = checkText(reader.bytes.subarray(reader.position, reader.position + size));
    if ((flags & NOT_UTF8) !== 0) reader.fail(field, 'is not UTF-8');
    return (flags & HAS_CONTROL) !== 0;
  }

  keep(): void {
    this.length = this.#end;
  }

  /** Replaces the kept rows. @param rows as bytes of the column, of as many rows as the other columns have */
  assign(rows: Buffer): void {
    if (rows.length > this.bytes.length) this.#grow(rows.length);
    rows.copy(this.bytes);
    this.length = rows.length;
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}

/** 64-bit integers, signed or not, and DateTime64. */
export class LongColumn {
  readonly halves: Int32Array;
  constructor(maxRows: number) {
    this.halves = new Int32Array(2 * maxRows);
  }

  setHalves(row: number, low: number, high: number): void {
    this.halves[2 * row] = low;
    this.halves[2 * row + 1] = high;
  }

  /** Exact for values of up to 53 bits. */
  at(row: number): number {
    return (this.halves[2 * row + 1] ?? 0) * 2 ** 32 + ((this.halves[2 * row] ?? 0) >>> 0);
  }

  /** @param value a safe integer; bit operations take its lowest 32 bits. */
  set(row: number, value: number): void {
    this.setHalves(row, value | 0, Math.floor(value / 2 ** 32));
  }
}

/** A UUID is two 64-bit integers, the upper first, each little endian: the bytes of each half are reversed. */
export class UuidColumn {
  readonly bytes: Uint8Array;
  constructor(maxRows: number) {
    this.bytes = new Uint8Array(16 * maxRows);
  }

  /** @param from where the 16 bytes in network order start. */
  set(row: number, source: Buffer, from: number): void {
    const at = 16 * row;
    for (let index = 0; index < 8; index += 1) {
      this.bytes[at + 7 - index] = source[from + index] ?? 0;
      this.bytes[at + 15 - index] = source[from + 8 + index] ?? 0;
    }
  }
}

/** The name and type that precede a column's values. */
export function columnHeader(name: string, type: string): Buffer {
  return Buffer.concat([nativeString(name), nativeString(type)]);
}

/** The counts that precede the first column of a block. */
export function blockHeader(columns: number, rows: number): Buffer {
  return Buffer.from([...leb128(columns), ...leb128(rows)]);
}

export function viewOf(values: Uint8Array | Int32Array | Uint16Array, items: number): Buffer {
  return Buffer.from(values.buffer, values.byteOffset, items * values.BYTES_PER_ELEMENT);
}

function nativeString(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([Buffer.from(leb128(bytes.length)), bytes]);
}

function leb128(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return bytes;
}
