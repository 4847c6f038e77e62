import { createHash } from 'node:crypto';
import { describeRejection } from '../../schemas/event-rules.ts';
import { validateCallContent } from '../validate.ts';
import { contentOf, type CallContent } from './event.ts';
import { LineSplitter, MAX_LINE_BYTES, type Line } from './lines.ts';
import { parseLine } from './parse.ts';
import type { LogSource } from './source.ts';

/** A line that is not published, and why. */
export interface LineReport {
  readonly line: number;
  readonly reason: string;
}

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

export const MAX_REPORTS = 1_000;

/** What the replay makes of a line; a `call` satisfies every rule except those about its id and time. */
export type ClassifiedLine =
  | { readonly kind: 'call'; readonly loggedAtMs: number; readonly content: CallContent }
  | { readonly kind: 'blank' }
  | { readonly kind: 'malformed' | 'rejected'; readonly reason: string };

export function classifyLine(line: Line): ClassifiedLine {
  if (line.text === undefined) {
    return { kind: 'malformed', reason: `it is longer than ${MAX_LINE_BYTES} bytes` };
  }
  if (line.text.trim() === '') return { kind: 'blank' };
  const parsed = parseLine(line.text);
  if ('malformed' in parsed) return { kind: 'malformed', reason: parsed.malformed };
  const content = contentOf(parsed);
  const rejection = validateCallContent(content);
  if (rejection) return { kind: 'rejected', reason: describeRejection(rejection) };
  return { kind: 'call', loggedAtMs: parsed.atMs, content };
}

/** Reads the whole log once. @param afterLine counts only lines after this one */
export async function scanLog(source: LogSource, afterLine = 0): Promise<Scan> {
  const content = createHash('sha256');
  const splitter = new LineSplitter();
  const reports = { malformed: new Array<LineReport>(), rejected: new Array<LineReport>() };
  const counts = { call: 0, blank: 0, malformed: 0, rejected: 0 };
  let earliest: LoggedAt | undefined;
  let latest: LoggedAt | undefined;
  let last: LoggedAt | undefined;

  const count = (line: Line): void => {
    if (line.number <= afterLine) return;
    const classified = classifyLine(line);
    counts[classified.kind] += 1;
    if (classified.kind === 'call') {
      last = { line: line.number, atMs: classified.loggedAtMs };
      if (!earliest || last.atMs < earliest.atMs) earliest = last;
      if (!latest || last.atMs > latest.atMs) latest = last;
    } else if (classified.kind !== 'blank' && counts[classified.kind] <= MAX_REPORTS) {
      reports[classified.kind].push({ line: line.number, reason: classified.reason });
    }
  };
  for await (const chunk of source.chunks()) {
    content.update(chunk);
    splitter.push(chunk).forEach(count);
  }
  splitter.end().forEach(count);

  return {
    sha256: content.digest('hex'),
    lines: counts.call + counts.blank + counts.malformed + counts.rejected,
    blank: counts.blank,
    calls: counts.call,
    malformed: reports.malformed,
    malformedCount: counts.malformed,
    rejected: reports.rejected,
    rejectedCount: counts.rejected,
    earliest,
    latest,
    last,
  };
}
