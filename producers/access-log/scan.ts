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

/** What the first reading of a log finds out: no event may be published before all of it is known. */
export interface Scan {
  /** Of the uncompressed content, lower-case hex. */
  readonly sha256: string;
  readonly lines: number;
  readonly blank: number;
  /** Lines that will be published in every lap. */
  readonly calls: number;
  /** Lines that are no call. The lists hold the first 1,000, the counts all. */
  readonly malformed: readonly LineReport[];
  readonly malformedCount: number;
  /** Lines that are calls which would not count: names too long, too many credits (schemas/event-rules.ts). */
  readonly refused: readonly LineReport[];
  readonly rejectedCount: number;
  /** Among the calls to publish, by time; undefined where there is none. */
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

/** What a line is to the replay; `call` has passed every rule but those of time. */
export type Verdict =
  | { readonly kind: 'call'; readonly loggedAtMs: number; readonly content: CallContent }
  | { readonly kind: 'blank' }
  | { readonly kind: 'malformed' | 'refused'; readonly reason: string };

export function verdictOn(line: Line): Verdict {
  if (line.text === undefined) {
    return { kind: 'malformed', reason: `it is longer than ${MAX_LINE_BYTES} bytes` };
  }
  if (line.text.trim() === '') return { kind: 'blank' };
  const parsed = parseLine(line.text);
  if ('malformed' in parsed) return { kind: 'malformed', reason: parsed.malformed };
  const content = contentOf(parsed);
  const rejection = validateCallContent(content);
  if (rejection) return { kind: 'refused', reason: describeRejection(rejection) };
  return { kind: 'call', loggedAtMs: parsed.atMs, content };
}

/** Reads the whole log once. @param behindLine only lines behind it are counted */
export async function scanLog(source: LogSource, behindLine = 0): Promise<Scan> {
  const content = createHash('sha256');
  const splitter = new LineSplitter();
  const reports = { malformed: new Array<LineReport>(), refused: new Array<LineReport>() };
  const counts = { call: 0, blank: 0, malformed: 0, refused: 0 };
  let earliest: LoggedAt | undefined;
  let latest: LoggedAt | undefined;
  let last: LoggedAt | undefined;

  const look = (line: Line): void => {
    if (line.number <= behindLine) return;
    const verdict = verdictOn(line);
    counts[verdict.kind] += 1;
    if (verdict.kind === 'call') {
      last = { line: line.number, atMs: verdict.loggedAtMs };
      if (!earliest || last.atMs < earliest.atMs) earliest = last;
      if (!latest || last.atMs > latest.atMs) latest = last;
    } else if (verdict.kind !== 'blank' && counts[verdict.kind] <= MAX_REPORTS) {
      reports[verdict.kind].push({ line: line.number, reason: verdict.reason });
    }
  };
  for await (const chunk of source.chunks()) {
    content.update(chunk);
    splitter.push(chunk).forEach(look);
  }
  splitter.end().forEach(look);

  return {
    sha256: content.digest('hex'),
    lines: counts.call + counts.blank + counts.malformed + counts.refused,
    blank: counts.blank,
    calls: counts.call,
    malformed: reports.malformed,
    malformedCount: counts.malformed,
    refused: reports.refused,
    rejectedCount: counts.refused,
    earliest,
    latest,
    last,
  };
}
