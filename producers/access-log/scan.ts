import { LogReader } from './read.ts';
import { LineReports, type KindCount, type LineReport } from './reports.ts';
import type { LogSource } from './source.ts';

/** The result of reading a log once: no event is published before the whole log is known. */
export interface Scan {
  /** Of the uncompressed content, lower-case hex. */
  readonly sha256: string;
  readonly lines: number;
  readonly blank: number;
  /** Lines that every repetition publishes. */
  readonly calls: number;
  /** Lines that are not calls. The lists hold the first 1,000, the counts all. */
  readonly malformed: readonly LineReport[];
  readonly malformedCount: number;
  readonly malformedKinds: readonly KindCount[];
  /** Calls that are invalid events: names too long, too many credits (schemas/event-validation.ts). */
  readonly rejected: readonly LineReport[];
  readonly rejectedCount: number;
  /** By time, among the calls to publish; undefined if there are none. */
  readonly earliest: LoggedAt | undefined;
  readonly latest: LoggedAt | undefined;
  /** The last call in the file, which need not be the latest. */
  readonly last: LoggedAt | undefined;
}

export interface LoggedAt {
  readonly line: number;
  readonly atMs: number;
}

export interface ScanOptions {
  /** Counts only lines after this one. */
  readonly afterLine?: number;
  /** Called now and then with the number of lines so far. */
  readonly onRead?: ((lines: number) => void) | undefined;
}

/** Reads the whole log once. @throws LogUnreadableError, LogUnsortedError */
export async function scanLog(source: LogSource, { afterLine = 0, onRead }: ScanOptions = {}): Promise<Scan> {
  const reader = new LogReader(source);
  const reports = { malformed: new LineReports(), rejected: new LineReports() };
  let [read, calls, blank] = [0, 0, 0];
  let earliest: LoggedAt | undefined;
  let latest: LoggedAt | undefined;
  let last: LoggedAt | undefined;

  for await (const lines of reader.lines()) {
    for (const line of lines) {
      read = line.number;
      if (line.number <= afterLine) continue;
      if (line.kind === 'call') {
        calls += 1;
        last = { line: line.number, atMs: line.loggedAtMs };
        if (!earliest || last.atMs < earliest.atMs) earliest = last;
        if (!latest || last.atMs > latest.atMs) latest = last;
      } else if (line.kind === 'blank') blank += 1;
      else reports[line.kind].add(line.number, line.problem, line.reason);
    }
    onRead?.(read);
  }

  const { malformed, rejected } = reports;
  return {
    sha256: reader.sha256(),
    lines: calls + blank + malformed.count + rejected.count,
    blank,
    calls,
    malformed: malformed.list,
    malformedCount: malformed.count,
    malformedKinds: malformed.kinds,
    rejected: rejected.list,
    rejectedCount: rejected.count,
    earliest,
    latest,
    last,
  };
}
