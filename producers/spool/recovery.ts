import { open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrorCode } from './error-code.ts';
import { scanRecords } from './scan.ts';
import {
  encodeHeader,
  HEADER_BYTES,
  headerProblem,
  parseSegmentName,
  RECORD_FRAMING_BYTES,
  type HeaderProblem,
} from './segment-format.ts';
import { newSegment, setAside, type Segment } from './segment.ts';

/** Segments have at most 8 MiB; larger files are not read into memory. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** What a spool finds in its directory. */
export interface Recovered {
  /** Oldest first; all closed, for a new process begins a new segment. */
  readonly segments: readonly Segment[];
  /** The number of the next record. */
  readonly next: number;
  /** How many files are set aside, by this process or earlier ones. */
  readonly setAside: number;
}

/** A file with the name of a segment. */
interface Candidate {
  readonly path: string;
  readonly first: number;
  readonly aside: boolean;
  readonly sizeBytes: number;
  readonly problem: HeaderProblem | undefined;
}

/**
 * Takes stock of a spool's directory, of which the caller holds the lock. A torn tail is cut off. Only the last segment
 * is read whole: the others' records follow from their names, and are checked when they are read for Kafka.
 * @param onSetAside called for each file that has no record this release can read
 */
export async function recoverSegments(
  directory: string,
  onSetAside: (path: string, reason: string) => void,
): Promise<Recovered> {
  const candidates: Candidate[] = [];
  for (const name of (await readdir(directory)).toSorted()) {
    const parsed = parseSegmentName(name);
    if (parsed) candidates.push(await candidate(join(directory, name), parsed));
  }
  // A segment ends where the next one begins, also one that was set aside. A foreign file says nothing.
  const bounds = candidates.filter(({ problem }) => !problem).map(({ first }) => first);
  const segments: Segment[] = [];
  let asideCount = 0;
  let next = 0;
  for (const each of candidates) {
    const found = each.aside
      ? undefined
      : await inspect(
          each,
          bounds.find((first) => first > each.first),
        );
    if (typeof found === 'string') {
      onSetAside(each.path, found);
      await setAside(each.path);
    }
    if (typeof found === 'object') {
      next = Math.max(next, found.end);
      if (found.end > found.first) segments.push(found);
      else await rm(each.path);
    } else {
      // Numbers are not used again, so that a name always stands for the same records.
      next = Math.max(next, each.first + 1);
      asideCount += 1;
    }
  }
  return { segments, next, setAside: asideCount };
}

async function candidate(path: string, name: { first: number; aside: boolean }): Promise<Candidate> {
  try {
    const { header, sizeBytes } = await readHeader(path);
    return { path, ...name, sizeBytes, problem: headerProblem(header, name.first) };
  } catch (error) {
    if (!hasErrorCode(error, 'EIO') && !hasErrorCode(error, 'EISDIR')) throw error;
    return { path, ...name, sizeBytes: 0, problem: { reason: String(error), isForeign: true } };
  }
}

/** @returns why the file is not a segment, or the segment, which may be empty */
async function inspect(
  { path, first, sizeBytes, problem }: Candidate,
  end: number | undefined,
): Promise<Segment | string> {
  if (problem?.isForeign) return problem.reason;
  if (sizeBytes > MAX_FILE_BYTES) return `${sizeBytes} bytes are too many for a segment`;
  const isCounted = end !== undefined && (end - first) * RECORD_FRAMING_BYTES <= sizeBytes;
  if (isCounted && !problem) return closedSegment(path, first, end, sizeBytes);
  return await inspectWhole(path, first, isCounted ? end : undefined);
}

async function inspectWhole(path: string, first: number, end: number | undefined): Promise<Segment | string> {
  const bytes = await readFile(path);
  if (isUnwritten(bytes, first)) return closedSegment(path, first, first, 0);
  const problem = headerProblem(bytes, first);
  const scan = scanRecords(bytes, Math.min(HEADER_BYTES, bytes.length), first, end ?? first + bytes.length);
  const last = scan.records.at(-1);
  if (!last && problem) return problem.reason;
  const after = last ? last.number + 1 : first;
  if (scan.damagedAt === undefined && !problem) {
    if (scan.end < bytes.length) await truncate(path, scan.end);
    return closedSegment(path, first, end ?? after, scan.end);
  }
  // At least one record is unreadable behind the last whole one, and its number must not be used again.
  const unread = scan.end < bytes.length ? 1 : 0;
  return closedSegment(path, first, end ?? after + unread, bytes.length);
}

/** A process or the power ended while the file was created: nothing in it had been reported as durable. */
function isUnwritten(bytes: Buffer, first: number): boolean {
  const isHeader = [false, true].some((isTraced) =>
    bytes.equals(encodeHeader(first, isTraced).subarray(0, bytes.length)),
  );
  return isHeader || bytes.every((byte) => byte === 0);
}

async function readHeader(path: string): Promise<{ header: Buffer; sizeBytes: number }> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return { header: buffer.subarray(0, bytesRead), sizeBytes: size };
  } finally {
    await file.close();
  }
}

const closedSegment = (path: string, first: number, end: number, sizeBytes: number): Segment => ({
  ...newSegment(path, first),
  end,
  sizeBytes,
  isClosed: true,
});
