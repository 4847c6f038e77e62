/** Bytes to numbered lines, in bounded memory. */

export interface Line {
  /** From 1; blank lines count. */
  readonly number: number;
  /** Without its line end; bad UTF-8 is replaced by U+FFFD. Undefined if the line is over the limit. */
  readonly text: string | undefined;
}

/** Three times 8,190 bytes (the request, the referrer and the user agent that Apache accepts) fit. */
export const MAX_LINE_BYTES = 32 * 1024;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** Lines end with LF or CRLF; the last one may lack its end. */
export class LineSplitter {
  #number = 0;
  #rest: Buffer = Buffer.alloc(0);
  /** Inside a line over the limit, whose bytes are dropped up to its end. */
  #tooLong = false;

  push(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      lines.push(this.#line(chunk.subarray(start, end)));
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return lines;
  }

  /** The last line, if it has no line end. */
  end(): Line[] {
    return this.#rest.length > 0 || this.#tooLong ? [this.#line(Buffer.alloc(0))] : [];
  }

  #keep(tail: Buffer): void {
    if (this.#tooLong || this.#rest.length + tail.length > MAX_LINE_BYTES + 1) {
      this.#tooLong = true;
      this.#rest = Buffer.alloc(0);
    } else if (tail.length > 0) {
      this.#rest = Buffer.concat([this.#rest, tail]);
    }
  }

  #line(tail: Buffer): Line {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, tail]) : tail;
    const end = bytes[bytes.length - 1] === RETURN ? bytes.length - 1 : bytes.length;
    const tooLong = this.#tooLong || end > MAX_LINE_BYTES;
    this.#rest = Buffer.alloc(0);
    this.#tooLong = false;
    this.#number += 1;
    return { number: this.#number, text: tooLong ? undefined : bytes.toString('utf8', 0, end) };
  }
}
