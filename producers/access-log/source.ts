import { randomBytes } from 'node:crypto';
import { mkdir, open, stat, unlink, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** A log that can be read from its start any number of times. */
export interface LogSource {
  readonly name: string;
  /** Its content, uncompressed. */
  chunks(): AsyncIterable<Buffer>;
  close(): Promise<void>;
}

/** The log cannot be read; the message has the cause. */
export class LogUnreadableError extends Error {
  readonly code = 'LOG_UNREADABLE';
  constructor(name: string, cause: unknown) {
    super(`${name} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'LogUnreadableError';
  }
}

const CHUNK_BYTES = 256 * 1024;
const GZIP_MAGIC = [0x1f, 0x8b];

/**
 * Opens a log, plain or gzip by its first bytes, whatever its name. Its length is fixed at the first reading: lines that
 * a web server appends during the replay belong to the next one.
 * @param file a path, or `-` for standard input
 * @param folder where input that can be read only once (standard input, a pipe) is copied until the end
 * @throws LogUnreadableError
 */
export async function openLog(file: string, folder: string, stdin: Readable): Promise<LogSource> {
  const name = file === '-' ? 'standard input' : file;
  try {
    if (file === '-') return new FileSource(name, await spool(stdin, folder));
    const stats = await stat(file);
    if (stats.isDirectory()) throw new Error('it is a directory');
    const handle = await open(file, 'r');
    if (stats.isFile()) return new FileSource(basename(file), handle);
    return new FileSource(basename(file), await spool(handle.createReadStream(), folder));
  } catch (error) {
    throw new LogUnreadableError(name, error);
  }
}

/** Copies input to an unlinked file, which disappears with the process, however that ends. */
async function spool(input: AsyncIterable<Buffer>, folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `.input-${process.pid}-${randomBytes(6).toString('hex')}`);
  const handle = await open(path, 'wx+', 0o600);
  await unlink(path);
  try {
    for await (const chunk of input) await handle.appendFile(chunk);
  } catch (error) {
    await handle.close();
    throw error;
  }
  return handle;
}

class FileSource implements LogSource {
  readonly name: string;
  readonly #handle: FileHandle;
  #sizeBytes: number | undefined;

  constructor(name: string, handle: FileHandle) {
    this.name = name;
    this.#handle = handle;
  }

  async *chunks(): AsyncGenerator<Buffer> {
    const sizeBytes = (this.#sizeBytes ??= (await this.#handle.stat()).size);
    const { buffer: magic } = await this.#handle.read(Buffer.alloc(2), 0, 2, 0);
    const zipped = magic[0] === GZIP_MAGIC[0] && magic[1] === GZIP_MAGIC[1];
    try {
      yield* zipped ? unzipped(this.#bytes(sizeBytes)) : this.#bytes(sizeBytes);
    } catch (error) {
      throw new LogUnreadableError(this.name, error);
    }
  }

  async *#bytes(sizeBytes: number): AsyncGenerator<Buffer> {
    for (let position = 0; position < sizeBytes;) {
      const length = Math.min(CHUNK_BYTES, sizeBytes - position);
      const { buffer, bytesRead } = await this.#handle.read(Buffer.allocUnsafe(length), 0, length, position);
      if (bytesRead === 0) throw new Error('it became shorter while it was read');
      yield buffer.subarray(0, bytesRead);
      position += bytesRead;
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

async function* unzipped(zipped: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  // An error of the input is thrown by the loop below.
  const piped = pipeline(Readable.from(zipped), gunzip).catch(() => undefined);
  try {
    yield* gunzip;
  } finally {
    gunzip.destroy();
    await piped;
  }
}
