import { createHash } from 'node:crypto';
import type { Publisher } from '../publisher-contract.ts';
import { Acknowledgements, type Progress } from './acknowledgements.ts';
import { occurredAt, type Schedule } from './anchor.ts';
import { eventIdOf } from './event.ts';
import { LineSplitter, type Line } from './lines.ts';
import type { LogSource } from './source.ts';
import { verdictOn, type LineReport, type Scan } from './scan.ts';

export interface RepetitionOptions {
  readonly publisher: Publisher;
  readonly signal: AbortSignal | undefined;
  /** Everything up to there is acknowledged; called in order, and awaited. */
  readonly onAcknowledged: (progress: Progress) => Promise<void>;
}

export interface RepetitionsOutcome {
  /** Acknowledged, those of earlier runs included. */
  readonly published: number;
  readonly refused: readonly LineReport[];
  readonly rejectedCount: number;
}

/** Stopped by the user between two lines. */
export class ReplayInterruptedError extends Error {
  readonly code = 'REPLAY_INTERRUPTED';
  constructor() {
    super('The replay was interrupted. Run it again with the same arguments: it goes on where it stopped.');
    this.name = 'ReplayInterruptedError';
  }
}

/** Another content than the one surveyed: line numbers, and so event ids, would be another log's. */
export class LogChangedError extends Error {
  readonly code = 'LOG_CHANGED';
  constructor(name: string) {
    super(`${name} changed while it was replayed. Replay a copy that nobody writes to.`);
    this.name = 'LogChangedError';
  }
}

/** Lines whose progress is remembered together; a crash repeats at most those in flight, 8 times as many. */
const BATCH_LINES = 2_000;

/**
 * Publishes the laps, oldest first, from behind a line. Reads the log once a lap.
 * @throws ReplayInterruptedError, LogChangedError, and the publisher's errors
 */
export async function publishRepetitions(
  source: LogSource,
  scan: Scan,
  schedule: Schedule,
  from: Progress,
  options: RepetitionOptions,
): Promise<RepetitionsOutcome> {
  const acknowledgements = new Acknowledgements(from.published, options.onAcknowledged);
  try {
    for (let lap = from.lap; lap >= 0 && !options.signal?.aborted; lap -= 1) {
      const behindLine = lap === from.lap ? from.line : 0;
      await publishRepetition(source, scan, schedule, { lap, behindLine }, acknowledgements, options);
    }
    await acknowledgements.settleAll();
  } catch (error) {
    // Once it is interrupted the publisher is closed: its complaints are no news.
    if (!options.signal?.aborted) throw error;
  } finally {
    await acknowledgements.ended();
  }
  if (options.signal?.aborted) throw new ReplayInterruptedError();
  const { published, refused, rejectedCount } = acknowledgements;
  return { published, refused, rejectedCount };
}

async function publishRepetition(
  source: LogSource,
  scan: Scan,
  schedule: Schedule,
  { lap, behindLine }: { lap: number; behindLine: number },
  acknowledgements: Acknowledgements,
  { publisher, signal }: RepetitionOptions,
): Promise<void> {
  const publish = async (lines: readonly Line[]): Promise<void> => {
    for (const line of lines) {
      if (line.number <= behindLine) continue;
      const verdict = verdictOn(line);
      if (verdict.kind === 'call') {
        const at = occurredAt(schedule, verdict.loggedAtMs, lap);
        const event_id = eventIdOf(at, scan.sha256, lap, line.number);
        await publisher.ready();
        const event = { event_id, occurred_at: at, ...verdict.content };
        acknowledgements.add(line.number, publisher.publish(event));
      }
      if (line.number % BATCH_LINES === 0 || line.number === scan.lines) {
        await acknowledgements.endBatch(lap, line.number);
      }
    }
  };
  const content = createHash('sha256');
  const splitter = new LineSplitter();
  for await (const chunk of source.chunks()) {
    if (signal?.aborted) return;
    content.update(chunk);
    await publish(splitter.push(chunk));
  }
  await publish(splitter.end());
  if (content.digest('hex') !== scan.sha256) throw new LogChangedError(source.name);
}
