import type { Place } from './placed-record.ts';

/** Longer texts are written by the runtime, whose call costs as much as writing so many characters here. */
const SHORT_TEXT = 64;
const INT32_LIMIT = 2 ** 31;
/** So many bytes are allocated at once, for messages of a fraction of it. */
const SLAB_BYTES = 64 * 1024;
const LARGE_BYTES = SLAB_BYTES / 8;

/**
 * Writes Avro's binary encoding, one message behind the other into bytes that they share: avsc takes twice as long.
 * Source: Avro specification, "Binary encoding".
 */
export class AvroWriter {
  /** Messages lie before #at and are not changed any more. */
  #bytes = Buffer.alloc(0);
  #start = 0;
  #at = 0;

  /**
   * Begins a message.
   * @param header its first bytes
   * @param atMost how many bytes it may have in all
   */
  start(header: Buffer, atMost: number): void {
    if (this.#at + atMost > this.#bytes.length) {
      this.#bytes = Buffer.allocUnsafeSlow(atMost > LARGE_BYTES ? atMost : SLAB_BYTES);
      this.#at = 0;
    }
    this.#start = this.#at;
    for (let index = 0; index < header.length; index += 1) this.#bytes[this.#at++] = header[index] ?? 0;
  }

  /** Bytes of a fixed type. */
  fixed(value: Buffer): void {
    for (let index = 0; index < value.length; index += 1) this.#bytes[this.#at++] = value[index] ?? 0;
  }

  /** An int or a long. @param value a safe integer whose double is one too */
  integer(value: number): void {
    let rest = value < 0 ? -2 * value - 1 : 2 * value;
    while (rest >= INT32_LIMIT) {
      this.#bytes[this.#at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 0x80) {
      this.#bytes[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.#bytes[this.#at++] = rest;
  }

  text(value: string): void {
    const start = this.#at;
    const { length } = value;
    if (length < SHORT_TEXT) {
      // As long as all characters are ASCII there are as many bytes, and the length takes one.
      const bytes = this.#bytes;
      bytes[start] = 2 * length;
      let index = 0;
      for (; index < length; index += 1) {
        const unit = value.charCodeAt(index);
        if (unit >= 0x80) break;
        bytes[start + 1 + index] = unit;
      }
      if (index === length) {
        this.#at = start + 1 + length;
        return;
      }
    }
    this.integer(Buffer.byteLength(value));
    this.#at += this.#bytes.write(value, this.#at);
  }

  /** Where the message is. */
  message(): Place {
    return { bytes: this.#bytes, start: this.#start, end: this.#at };
  }
}
