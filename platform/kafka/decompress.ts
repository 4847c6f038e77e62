import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { unpackLz4 } from './compression/lz4.ts';
import { unpackSnappy } from './compression/snappy.ts';
import { RecordBatchError } from './record-batch-error.ts';

/** No batch of ours comes near it; a small one that claims to hold more is an attack on the memory. */
const MAX_UNPACKED_BYTES = 64 * 2 ** 20;
const CODEC = 0x07;
const NAMES = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];

/**
 * The records of a batch as bytes, where they are compressed; undefined where they stand in the fetched bytes as they
 * are. `npm run topics` sets compression.type=uncompressed, so the broker unpacks what publishers compress; topics that
 * were created otherwise may hold any codec.
 * @throws RecordBatchError where they are damaged, or unpack to over 64 MiB
 */
export function decompress(
  attributes: number,
  bytes: Buffer,
  start: number,
  end: number,
  baseOffset: number,
): Buffer | undefined {
  const codec = attributes & CODEC;
  if (codec === 0) return undefined;
  const packed = bytes.subarray(start, end);
  const limit = { maxOutputLength: MAX_UNPACKED_BYTES };
  try {
    if (codec === 1) return gunzipSync(packed, limit);
    if (codec === 2) return unpackSnappy(packed, MAX_UNPACKED_BYTES);
    if (codec === 3) return unpackLz4(packed, MAX_UNPACKED_BYTES);
    if (codec === 4) return zstdDecompressSync(packed, limit);
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw new RecordBatchError(baseOffset, `cannot be unpacked by ${NAMES[codec]}: ${problem}`);
  }
  throw new RecordBatchError(
    baseOffset,
    `is compressed by codec ${codec}, which is not read: set compression.type=uncompressed on its topic`,
  );
}
