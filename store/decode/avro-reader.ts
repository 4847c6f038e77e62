const EMPTY = Buffer.alloc(0);

/**
 * Reads Avro's binary encoding strictly and without allocating: lengths lie within the message, ints have at most 32
 * bits in 5 bytes, longs at most 64 bits in 10. The first violation sets `error`, and everything after it reads as 0, so
 * callers read to the end and check `error` once: a try block per field would cost more than the field.
 * Source: Avro specification, "Binary encoding".
 */
export class AvroReader {
  bytes: Buffer = EMPTY;
  position = 0;
  /** Where the message ends; `bytes` may go on with other messages. */
  end = 0;
  #origin = 0;
  /** How many values readBody has read: a message may nest more of them than it has bytes. */
  values = 0;
  /** The last long read, as two 32-bit halves: JavaScript's numbers end at 2^53. */
  low = 0;
  high = 0;
  /** What is wrong with the message, naming the field; empty if nothing is. */
  error = '';

  /** Begins to read the message in bytes[origin, end), `skipped` bytes behind its first one. */
  start(bytes: Buffer, skipped: number, origin = 0, end = bytes.length): void {
    this.bytes = bytes;
    this.position = origin + skipped;
    this.end = end;
    this.#origin = origin;
    this.values = 0;
    this.error = '';
  }

  fail(field: string, what: string): 0 {
    if (this.error === '') this.error = `${field} ${what} at byte ${this.position - this.#origin}`;
    this.position = this.end;
    this.low = 0;
    this.high = 0;
    return 0;
  }

  /** Call it after the last field: nothing may follow. */
  finish(): void {
    const left = this.end - this.position;
    if (left > 0) this.fail('the event', `ends ${left} bytes before the message does`);
  }

  int(field: string): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      if (this.position >= this.end) return this.fail(field, 'is cut off');
      const byte = this.bytes[this.position++] ?? 0;
      if (shift === 28 && byte > 0x0f) return this.fail(field, 'is not a 32-bit int');
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return (value >>> 1) ^ -(value & 1);
  }

  /** Reads into `low` and `high`, two's complement. */
  long(field: string): void {
    const byte = this.position < this.end ? (this.bytes[this.position] ?? 0) : 0xff;
    if (byte < 0x80) {
      this.position += 1;
      this.low = (byte >>> 1) ^ -(byte & 1);
      this.high = -(byte & 1);
      return;
    }
    this.#longLong(field);
  }

  #longLong(field: string): void {
    // 70 bits at most, as 28 + 28 + 14.
    let first = 0;
    let second = 0;
    let third = 0;
    for (let group = 0; ; group += 1) {
      if (this.position >= this.end) {
        this.fail(field, 'is cut off');
        return;
      }
      const byte = this.bytes[this.position++] ?? 0;
      if (group < 4) first |= (byte & 0x7f) << (7 * group);
      else if (group < 8) second |= (byte & 0x7f) << (7 * (group - 4));
      else third |= (byte & 0x7f) << (7 * (group - 8));
      if (group === 9 && byte > 0x01) {
        this.fail(field, 'is not a 64-bit long');
        return;
      }
      if (byte < 0x80) break;
    }
    const low = first | (second << 28);
    const high = (second >>> 4) | (third << 24);
    const sign = -(low & 1);
    this.low = ((low >>> 1) | (high << 31)) ^ sign;
    this.high = (high >>> 1) ^ sign;
  }

  /** The length of a string or of bytes; that many bytes follow in the message. */
  length(field: string): number {
    const byte = this.position < this.end ? (this.bytes[this.position] ?? 0) : 0xff;
    let length = byte >>> 1;
    if (byte < 0x80 && (byte & 1) === 0) {
      this.position += 1;
    } else {
      this.long(field);
      if (this.high < 0) return this.fail(field, 'has a negative length');
      length = this.high * 2 ** 32 + (this.low >>> 0);
    }
    return length <= this.end - this.position ? length : this.fail(field, 'is cut off');
  }

  /** Skips `size` bytes and returns where they start. */
  fixed(field: string, size: number): number {
    const start = this.position;
    if (size > this.end - start) return this.fail(field, 'is cut off');
    this.position = start + size;
    return start;
  }
}
