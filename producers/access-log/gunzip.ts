import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** Reads a file from a byte to its end. */
export type ReadFrom = (startBytes: number) => AsyncIterable<Buffer>;

/**
 * The content of a gzip file of any number of members, which zeros may follow as tapes and blocks add them. zlib stops
 * at such zeros and leaves out whatever follows them, so the end is checked here.
 * @throws Error if the data is cut short or damaged, or if something else follows it; never a shorter content
 */
export async function* gunzip(
  readFrom: ReadFrom,
  sizeBytes: number,
  chunkSize: number,
): AsyncGenerator<Buffer> {
  for (let startBytes = 0; startBytes < sizeBytes;) {
    const readBytes = yield* members(readFrom(startBytes), chunkSize);
    startBytes = await afterZeros(readFrom, startBytes + readBytes);
  }
}

/** @returns how many bytes the members without zeros between them take */
async function* members(zipped: AsyncIterable<Buffer>, chunkSize: number): AsyncGenerator<Buffer, number> {
  const unzip = createGunzip({ chunkSize });
  // An error of the input is thrown by the loop below.
  const piped = pipeline(Readable.from(zipped), unzip).catch(() => undefined);
  try {
    yield* unzip;
    return unzip.bytesWritten;
  } catch (error) {
    throw describe(error);
  } finally {
    unzip.destroy();
    await piped;
  }
}

async function afterZeros(readFrom: ReadFrom, startBytes: number): Promise<number> {
  let position = startBytes;
  for await (const chunk of readFrom(startBytes)) {
    const zeros = chunk.findIndex((byte) => byte !== 0);
    if (zeros !== -1) return position + zeros;
    position += chunk.length;
  }
  return position;
}

const ZLIB_PROBLEMS: Readonly<Record<string, string>> = {
  Z_BUF_ERROR: 'its gzip data is cut short',
  Z_DATA_ERROR: 'its gzip data is damaged, or something that is not gzip follows it',
};

function describe(error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  const problem = ZLIB_PROBLEMS[String(error.code)];
  if (problem === undefined) return error;
  return new Error(
    `${problem} (${error.message}). Copy the file again, or publish what can be read: ` +
      'gzip -dc FILE | npm run replay -- -',
    { cause: error },
  );
}
