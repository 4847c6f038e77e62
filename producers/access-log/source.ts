import { randomBytes } from 'node:crypto';
import { mkdir, open, stat, unlink, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { FORMAT_BYTES, formatOf } from './formats.ts';
import { gunzip } from './gunzip.ts';

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

/**
 * Opens a log, plain or gzip. Its length is fixed at the first reading: lines that a web server appends during the
 * replay belong to the next one.
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
    const readFrom = (startBytes: number): AsyncGenerator<Buffer> => this.#bytes(startBytes, sizeBytes);
    try {
      const { buffer, bytesRead } = await this.#handle.read(Buffer.alloc(FORMAT_BYTES), 0, FORMAT_BYTES, 0);
      const format = formatOf(buffer.subarray(0, bytesRead));
      yield* format === 'gzip' ? gunzip(readFrom, sizeBytes, CHUNK_BYTES) : readFrom(0);
    } catch (error) {
      throw new LogUnreadableError(this.name, error);
    }
  }

  async *#bytes(startBytes: number, sizeBytes: number): AsyncGenerator<Buffer> {
    for (let position = startBytes; position < sizeBytes;) {
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
