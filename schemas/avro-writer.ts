/** Longer texts are written by the runtime, whose call costs as much as writing so many characters here. */
const SHORT_TEXT = 64;
const INT32_LIMIT = 2 ** 31;

/**
 * Writes Avro's binary encoding into one buffer that is used anew for each message: avsc takes twice as long.
 * Source: Avro specification, "Binary encoding".
 */
export class AvroWriter {
  readonly #bytes: Buffer;
  #at = 0;

  /** @param capacity in bytes; the caller begins no message that could be longer */
  constructor(capacity: number) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** Begins a message. @param header its first bytes */
  start(header: Buffer): void {
    this.#at = header.copy(this.#bytes);
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

  /** A copy of the message. */
  message(): Buffer {
    const message = Buffer.allocUnsafe(this.#at);
    this.#bytes.copy(message, 0, 0, this.#at);
    return message;
  }
}
