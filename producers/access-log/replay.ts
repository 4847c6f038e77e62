import type { Readable } from 'node:stream';
import type { Publisher } from '../publisher-contract.ts';
import type { TimeLimits } from '../../schemas/event-validation.ts';
import { scheduleOf, type AnchorMode, type Schedule } from './anchor.ts';
import { anchorOf, begin, progressOf, startOf } from './begin.ts';
import { idsByContent, idsByLine } from './ids.ts';
import { checkCalls } from './no-calls.ts';
import { publishRepetitions } from './repetitions.ts';
import { readRecord, recordPath, replaceRecord, type ReplayRecord } from './record.ts';
import { openLog, type LogSource } from './source.ts';
import { summaryOf, type ReplaySummary } from './summary.ts';
import { scanLog, type Scan } from './scan.ts';
import { checkTimes } from './time-limits.ts';

export interface ReplayOptions {
  /** A path, or `-` for standard input. */
  readonly file: string;
  readonly stdin: Readable;
  /** At least 1. */
  readonly repetitions: number;
  readonly anchor: AnchorMode;
  /** Keeps anchors and progress under `replay/`. */
  readonly dataDir: string;
  /** Whether a complete replay is published again, which changes no figure, or skipped. */
  readonly again: boolean;
  readonly publisher: Publisher;
  /** The name of the cluster and topic; the progress in one says nothing about another. */
  readonly destination: string;
  readonly limits: TimeLimits;
  readonly now: () => number;
  /** Called now and then while the log is read before anything is published, with the number of lines so far. */
  readonly onRead?: (lines: number) => void;
  readonly onStart?: (start: ReplayStart) => void;
  /** Called now and then with the number of acknowledged events, of `start.events`. */
  readonly onProgress?: (published: number) => void;
  /** Aborting it stops the publishing, waits for events in flight, records them, throws ReplayInterruptedError. */
  readonly signal?: AbortSignal;
}

/** What is known before the first event is published. */
export interface ReplayStart {
  readonly scan: Scan;
  readonly anchorMs: number | null;
  /** Whether an earlier run chose the anchor. */
  readonly anchorReused: boolean;
  readonly recordPath: string;
  /** In all repetitions. */
  readonly events: number;
  /** Acknowledged by an earlier, interrupted run, which this one continues. */
  readonly published: number;
}

export interface ReplayResult {
  readonly summary: ReplaySummary;
  /** The replay was complete before this run, which published nothing. */
  readonly skipped: boolean;
}

/**
 * Publishes an access log (interfaces.md, "Replay of an access log"). The anchor is on disk before the first event;
 * progress is recorded every 2,000 lines; an interrupted replay continues after its last acknowledged line.
 * @throws LogUnreadableError, LogUnsortedError, NoCallsError, OutsideLimitsError, RecordUnreadableError,
 *   LogChangedError, ReplayInterruptedError, and the publisher's errors; after any of them, running it again continues
 *   the replay
 */
export async function replayLog(options: ReplayOptions): Promise<ReplayResult> {
  const source = await openLog(options.file, `${options.dataDir}/replay`, options.stdin);
  try {
    return await replaySource(source, options);
  } finally {
    await source.close();
  }
}

async function replaySource(source: LogSource, options: ReplayOptions): Promise<ReplayResult> {
  const { repetitions, now, limits, destination } = options;
  const startedMs = now();
  const scan = await scanLog(source, { onRead: options.onRead });
  checkCalls(source.name, scan);
  const path = recordPath(options.dataDir, scan.sha256, repetitions, options.anchor);
  const known = await readRecord(path);
  if (known?.summary && known.destination === destination && !options.again) {
    return { summary: known.summary, skipped: true };
  }
  const anchorMs = known ? known.anchor_ms : anchorOf(options.anchor, startedMs);
  const schedule = scheduleOf(scan, repetitions, anchorMs ?? undefined);
  const anchor = options.anchor.kind;
  const asked = { anchor, begun: known !== undefined && anchor === 'now' };
  const check = (part: Scan, times: Schedule): void => checkTimes(part, times, startedMs, limits, asked);
  await checkRest(source, scan, schedule, progressOf(known, repetitions, destination), check);

  const record = await begin(path, known, { sha256: scan.sha256, repetitions, anchorMs, destination });
  const from = progressOf(record, repetitions, destination);
  options.onStart?.({
    scan,
    anchorMs: record.anchor_ms,
    anchorReused: known !== undefined,
    recordPath: path,
    events: scan.calls * repetitions,
    published: from.published,
  });
  // Another replay may have begun at the same moment and chosen the anchor.
  const agreed: Schedule = scheduleOf(scan, repetitions, record.anchor_ms ?? undefined);
  const outcome = await publishRepetitions(source, scan, agreed, from, {
    publisher: options.publisher,
    eventIds: record.version === 1 ? idsByContent(scan.sha256) : idsByLine(agreed.shiftMs),
    signal: options.signal,
    onAcknowledged: async (progress) => {
      await replaceRecord(path, { ...record, progress });
      options.onProgress?.(progress.published);
    },
  });
  const summary = summaryOf(source.name, scan, agreed, record.anchor_ms, {
    ...outcome,
    publishedBefore: from.published,
    startedMs,
    finishedMs: now(),
  });
  await replaceRecord(path, { ...record, progress: startOf(repetitions), summary });
  return { summary, skipped: false };
}

/** Checks only what is left to publish: events of earlier runs were accepted then, however old they are now. */
async function checkRest(
  source: LogSource,
  scan: Scan,
  schedule: Schedule,
  { lap: repetition, line }: ReplayRecord['progress'],
  check: (part: Scan, times: Schedule) => void,
): Promise<void> {
  if (line === 0) return check(scan, { ...schedule, repetitions: repetition + 1 });
  const shiftMs = schedule.shiftMs - repetition * schedule.repetitionMs;
  check(await scanLog(source, { afterLine: line }), { ...schedule, shiftMs, repetitions: 1 });
  if (repetition > 0) check(scan, { ...schedule, repetitions: repetition });
}
