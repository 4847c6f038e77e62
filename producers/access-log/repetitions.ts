import { createHash } from 'node:crypto';
import type { Publisher } from '../publisher-contract.ts';
import { Acknowledgements, type Progress } from './acknowledgements.ts';
import { occurredAt, type Timetable } from './anchor.ts';
import { eventIdOf } from './event.ts';
import { LineSplitter, type Line } from './lines.ts';
import type { LogSource } from './source.ts';
import { verdictOn, type LineReport, type Survey } from './scan.ts';

export interface LapsOptions {
  readonly publisher: Publisher;
  readonly signal: AbortSignal | undefined;
  /** Everything up to there is acknowledged; called in order, and awaited. */
  readonly onAcknowledged: (progress: Progress) => Promise<void>;
}

export interface LapsOutcome {
  /** Acknowledged, those of earlier runs included. */
  readonly published: number;
  readonly refused: readonly LineReport[];
  readonly refusedCount: number;
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
export async function publishLaps(
  source: LogSource,
  survey: Survey,
  timetable: Timetable,
  from: Progress,
  options: LapsOptions,
): Promise<LapsOutcome> {
  const acknowledgements = new Acknowledgements(from.published, options.onAcknowledged);
  try {
    for (let lap = from.lap; lap >= 0 && !options.signal?.aborted; lap -= 1) {
      const behindLine = lap === from.lap ? from.line : 0;
      await publishLap(source, survey, timetable, { lap, behindLine }, acknowledgements, options);
    }
    await acknowledgements.settleAll();
  } catch (error) {
    // Once it is interrupted the publisher is closed: its complaints are no news.
    if (!options.signal?.aborted) throw error;
  } finally {
    await acknowledgements.ended();
  }
  if (options.signal?.aborted) throw new ReplayInterruptedError();
  const { published, refused, refusedCount } = acknowledgements;
  return { published, refused, refusedCount };
}

async function publishLap(
  source: LogSource,
  survey: Survey,
  timetable: Timetable,
  { lap, behindLine }: { lap: number; behindLine: number },
  acknowledgements: Acknowledgements,
  { publisher, signal }: LapsOptions,
): Promise<void> {
  const publish = async (lines: readonly Line[]): Promise<void> => {
    for (const line of lines) {
      if (line.number <= behindLine) continue;
      const verdict = verdictOn(line);
      if (verdict.kind === 'call') {
        const at = occurredAt(timetable, verdict.loggedAtMs, lap);
        const event_id = eventIdOf(at, survey.sha256, lap, line.number);
        await publisher.ready();
        const event = { event_id, occurred_at: at, ...verdict.content };
        acknowledgements.add(line.number, publisher.publish(event));
      }
      if (line.number % BATCH_LINES === 0 || line.number === survey.lines) {
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
  if (content.digest('hex') !== survey.sha256) throw new LogChangedError(source.name);
}
