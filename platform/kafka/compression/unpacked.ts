/** The bytes are not of this format, are damaged, or unpack to more than is allowed. */
export class UnpackError extends Error {
  readonly code = 'CANNOT_UNPACK';
  constructor(problem: string) {
    super(problem);
    this.name = 'UnpackError';
  }
}

const FIRST_BYTES = 64 * 2 ** 10;
/** Copying fewer bytes by a call takes longer than by a loop. */
const LOOP_BYTES = 24;

/** What a compressed block unpacks to so far. It grows as bytes are written, so that a size that is only claimed costs nothing. */
export class Unpacked {
  #bytes: Buffer;
  #length = 0;
  readonly #maxBytes: number;

  /** @param maxBytes how much there may be */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#bytes = Buffer.allocUnsafe(Math.min(FIRST_BYTES, maxBytes));
  }

  get length(): number {
    return this.#length;
  }

  /** @throws UnpackError where the source ends before, or there would be too much */
  literals(source: Buffer, start: number, length: number): void {
    if (start + length > source.length) throw new UnpackError('it ends within a literal');
    this.#makeRoom(length);
    if (length > LOOP_BYTES) source.copy(this.#bytes, this.#length, start, start + length);
    else for (let i = 0; i < length; i += 1) this.#bytes[this.#length + i] = source[start + i] ?? 0;
    this.#length += length;
  }

  /** Repeats what was written `offset` bytes ago; it may reach into itself. @throws UnpackError as literals */
  repeat(offset: number, length: number): void {
    if (offset === 0 || offset > this.#length) throw new UnpackError('it repeats what is before its start');
    this.#makeRoom(length);
    const bytes = this.#bytes;
    const from = this.#length - offset;
    if (offset >= length && length > LOOP_BYTES) bytes.copy(bytes, this.#length, from, from + length);
    else for (let i = 0; i < length; i += 1) bytes[this.#length + i] = bytes[from + i] ?? 0;
    this.#length += length;
  }

  take(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #makeRoom(length: number): void {
    const needed = this.#length + length;
    if (needed <= this.#bytes.length) return;
    if (needed > this.#maxBytes) throw new UnpackError(`it unpacks to more than ${this.#maxBytes} bytes`);
    const larger = Buffer.allocUnsafe(Math.min(this.#maxBytes, Math.max(needed, 2 * this.#bytes.length)));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}
