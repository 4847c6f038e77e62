/** Bytes to numbered lines, in bounded memory. */

export interface Line {
  /** From 1; blank lines count. */
  readonly number: number;
  /** Without its line end and its byte order mark. Undefined if the line is over the limit. */
  readonly bytes: Buffer | undefined;
}

/**
 * D: ten times the longest line that a usual server writes. nginx escapes each byte that is not printable ASCII as four,
 * so a request, a referrer and a user agent of 8,190 bytes each take 98,280.
 */
export const MAX_LINE_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/**
 * Lines end with LF, CRLF or CR alone; the last one may lack its end. A byte order mark at the start of a line is
 * dropped: in the middle of a file it is what joining two files leaves.
 */
export class LineSplitter {
  #number = 0;
  /** The start of a line whose end is not known yet: the first #restBytes bytes. */
  readonly #rest = Buffer.allocUnsafe(MAX_LINE_BYTES);
  #restBytes = 0;
  /** Inside a line over the limit, whose bytes are dropped up to its end. */
  #tooLong = false;
  /** The last chunk ended with CR: an LF at the start of the next one is of the same line end. */
  #afterReturn = false;

  push(chunk: Buffer): Line[] {
    if (chunk.length === 0) return [];
    const next = (byte: number, from: number): number => {
      const index = chunk.indexOf(byte, from);
      return index === -1 ? chunk.length : index;
    };
    const lines: Line[] = [];
    let start = this.#afterReturn && chunk[0] === NEWLINE ? 1 : 0;
    this.#afterReturn = chunk.at(-1) === RETURN;
    let newline = next(NEWLINE, start);
    let carriageReturn = next(RETURN, start);
    for (;;) {
      const end = Math.min(newline, carriageReturn);
      if (end === chunk.length) break;
      lines.push(this.#line(chunk.subarray(start, end)));
      start = carriageReturn + 1 === newline ? newline + 1 : end + 1;
      // Searched only once passed: most logs have no CR, and each search would go to the end of the chunk.
      if (newline < start) newline = next(NEWLINE, start);
      if (carriageReturn < start) carriageReturn = next(RETURN, start);
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  /** The last line, if it has no line end. */
  end(): Line[] {
    return this.#restBytes > 0 || this.#tooLong ? [this.#line(Buffer.alloc(0))] : [];
  }

  #keep(tail: Buffer): void {
    if (this.#tooLong || this.#restBytes + tail.length > MAX_LINE_BYTES) {
      this.#tooLong = true;
      this.#restBytes = 0;
    } else {
      this.#restBytes += tail.copy(this.#rest, this.#restBytes);
    }
  }

  #line(tail: Buffer): Line {
    const rest = this.#rest.subarray(0, this.#restBytes);
    const tooLong = this.#tooLong || rest.length + tail.length > MAX_LINE_BYTES;
    this.#restBytes = 0;
    this.#tooLong = false;
    this.#number += 1;
    if (tooLong) return { number: this.#number, bytes: undefined };
    return {
      number: this.#number,
      bytes: withoutByteOrderMark(rest.length > 0 ? Buffer.concat([rest, tail]) : tail),
    };
  }
}

function withoutByteOrderMark(bytes: Buffer): Buffer {
  let start = 0;
  while (bytes.indexOf(BYTE_ORDER_MARK, start) === start) start += BYTE_ORDER_MARK.length;
  return bytes.subarray(start);
}
