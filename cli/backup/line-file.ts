import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { PassThrough, pipeline as connect } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

/** The size of a file in bytes, and its SHA-256 as hexadecimal. */
export interface FileDigest {
  readonly bytes: number;
  readonly sha256: string;
}

/** Compressing each line by itself would cost a task of the thread pool for each. */
const CHUNK_CHARACTERS = 2 ** 16;

/** A new file of lines, compressed with gzip, that only its user may read. It never holds more than a chunk in memory. */
export class LineFile {
  readonly #source = new PassThrough();
  readonly #hash = createHash('sha256');
  readonly #writing: Promise<void>;
  #bytes = 0;
  #pending = '';

  /** @param path of a file that must not exist */
  constructor(path: string) {
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true });
    this.#writing = pipeline(
      this.#source,
      createGzip(),
      (chunks: AsyncIterable<Buffer>) => this.#digested(chunks),
      file,
    );
    // Thrown by the next add or by finish.
    this.#writing.catch(() => undefined);
  }

  /** @returns a promise where the next line must wait. @throws the file's errors */
  add(line: string): Promise<void> | undefined {
    this.#pending += `${line}\n`;
    return this.#pending.length < CHUNK_CHARACTERS ? undefined : this.#flush();
  }

  /** Resolves when the file is on the disk. */
  async finish(): Promise<FileDigest> {
    await this.#flush();
    this.#source.end();
    await this.#writing;
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }

  /** Gives the file up. */
  abandon(): void {
    this.#source.destroy();
  }

  async *#digested(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.#hash.update(chunk);
      this.#bytes += chunk.length;
      yield chunk;
    }
  }

  async #flush(): Promise<void> {
    const text = this.#pending;
    this.#pending = '';
    if (text !== '' && !this.#source.write(text)) {
      await Promise.race([once(this.#source, 'drain'), this.#writing]);
    }
  }
}

/** The lines of such a file, one after the other. */
export async function* readLines(path: string): AsyncGenerator<string> {
  // This way an error of the file is thrown by the loop.
  const unpacked = connect(createReadStream(path), createGunzip(), () => undefined).setEncoding('utf8');
  let rest = '';
  for await (const chunk of unpacked) {
    const lines = `${rest}${String(chunk)}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

export async function digestOf(path: string): Promise<FileDigest> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
