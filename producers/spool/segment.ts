import { rename, rm } from 'node:fs/promises';

/** A segment of the spool: which records it has, and how far they have come. */
export interface Segment {
  readonly path: string;
  /** The number of its first record, and the number after its last one on the disk. */
  readonly first: number;
  end: number;
  /** Up to the end of the last record on the disk; the file may be longer, by a write that failed. */
  sizeBytes: number;
  /** No more records come. */
  isClosed: boolean;
  /** Records before this number are in memory or settled; `loadedBytes` is the offset after them. */
  loadedEnd: number;
  loadedBytes: number;
  /** How many of its records are acknowledged, rejected by Kafka, or unreadable. */
  settled: number;
  /** Why the file is set aside, and not deleted, when its records are settled. */
  problem: string | undefined;
}

export const newSegment = (path: string, first: number): Segment => ({
  path,
  first,
  end: first,
  sizeBytes: 0,
  isClosed: false,
  loadedEnd: first,
  loadedBytes: 0,
  settled: 0,
  problem: undefined,
});

export const isSettled = ({ settled, first, end }: Segment): boolean => settled === end - first;

/** Keeps a file for people to look at. Without `.aside` in its name, the next publisher sends its records again. */
export const setAside = (path: string): Promise<void> => rename(path, `${path}.aside`);

/** Ends a settled segment. */
export const removeSegment = ({ path, problem }: Segment): Promise<void> =>
  problem === undefined ? rm(path, { force: true }) : setAside(path);
