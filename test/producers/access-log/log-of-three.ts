import type { Scan } from '../../../producers/access-log/scan.ts';

/** A log of three calls: its first, its latest and its last line. */
export function logOfThree(firstMs: number, latestMs: number, lastMs: number): Scan {
  return {
    sha256: '',
    lines: 3,
    blank: 0,
    calls: 3,
    malformed: [],
    malformedCount: 0,
    malformedKinds: [],
    rejected: [],
    rejectedCount: 0,
    earliest: { line: 1, atMs: firstMs },
    latest: { line: 2, atMs: latestMs },
    last: { line: 3, atMs: lastMs },
  };
}
