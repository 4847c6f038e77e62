import { open } from 'node:fs/promises';
import { scanRecords, type Scan } from './scan.ts';
import { HEADER_BYTES, headerProblem, recordAt, type StoredRecord } from './segment-format.ts';
import type { Segment } from './segment.ts';

/** How much is read at once: checking it holds up the process for about 3 ms. */
const CHUNK_BYTES = 1024 * 1024;

/** The next records of a segment, after those that are in memory. */
export interface ReadRecords {
  readonly records: readonly StoredRecord[];
  /** The number and the offset after what was read. */
  readonly end: number;
  readonly endBytes: number;
  /** Why records are missing among those before `end`, or why the segment cannot be trusted. */
  readonly problem: string | undefined;
}

/** @throws the system's error */
export async function readNext(segment: Segment): Promise<ReadRecords> {
  const { path, first, loadedEnd, loadedBytes, end, sizeBytes } = segment;
  const chunkEnd = Math.min(sizeBytes, loadedBytes + CHUNK_BYTES);
  const chunk = await readRange(path, loadedBytes, chunkEnd);
  const isAtHeader = loadedBytes === 0;
  const header = isAtHeader ? headerProblem(chunk, first)?.reason : undefined;
  const scan = (bytes: Buffer): Scan => scanRecords(bytes, isAtHeader ? HEADER_BYTES : 0, loadedEnd, end);
  const part = scan(chunk);
  const last = part.records.at(-1);
  if (chunkEnd < sizeBytes && last && part.damagedAt === undefined) {
    return {
      records: part.records,
      end: last.number + 1,
      endBytes: loadedBytes + part.end,
      problem: header,
    };
  }
  // The end of the segment, or damage in it: only all that follows shows which records are whole.
  const bytes = chunkEnd < sizeBytes ? await readRange(path, loadedBytes, sizeBytes) : chunk;
  const rest = chunkEnd < sizeBytes ? scan(bytes) : part;
  const missing = end - loadedEnd - rest.records.length;
  const problem =
    missing > 0
      ? `${missing} of its records are unreadable, the first at offset ${loadedBytes + (rest.damagedAt ?? rest.end)}`
      : (header ?? surplus(bytes, rest.end, end));
  return { records: rest.records, end, endBytes: sizeBytes, problem };
}

/** Records of another spool, or such as a failing disk kept although they had been rejected: they are not sent. */
function surplus(bytes: Buffer, at: number, end: number): string | undefined {
  const record = recordAt(bytes, at, end, Infinity);
  return record && `it has a record ${record.number}, but the next segment begins with ${end}`;
}

/** @returns fewer bytes where the file is shorter */
async function readRange(path: string, from: number, to: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(to - from);
    for (let done = 0; done < bytes.length;) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, from + done);
      if (bytesRead === 0) return bytes.subarray(0, done);
      done += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}
