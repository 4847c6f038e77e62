import type { Publisher } from '../publisher-contract.ts';
import { Acknowledgements, type Progress } from './acknowledgements.ts';
import { occurredAt, type Schedule } from './anchor.ts';
import type { EventIds } from './ids.ts';
import { LogReader } from './read.ts';
import type { LineReport } from './reports.ts';
import type { Scan } from './scan.ts';
import type { LogSource } from './source.ts';

export interface RepetitionOptions {
  readonly publisher: Publisher;
  readonly eventIds: EventIds;
  readonly signal: AbortSignal | undefined;
  /** Kafka acknowledged everything up to there. Called in order, and awaited. */
  readonly onAcknowledged: (progress: Progress) => Promise<void>;
}

export interface RepetitionsOutcome {
  /** Acknowledged events, including those of earlier runs. */
  readonly published: number;
  readonly rejected: readonly LineReport[];
  readonly rejectedCount: number;
}

/** The user stopped the replay between two lines. */
export class ReplayInterruptedError extends Error {
  readonly code = 'REPLAY_INTERRUPTED';
  constructor() {
    super('The replay was interrupted. Run it again with the same arguments: it continues where it stopped.');
    this.name = 'ReplayInterruptedError';
  }
}

/** The content differs from the scanned one: its lines, times and equal lines are not those that were checked. */
export class LogChangedError extends Error {
  readonly code = 'LOG_CHANGED';
  constructor(name: string) {
    super(`${name} changed while it was replayed. Replay a copy that is no longer written to.`);
    this.name = 'LogChangedError';
  }
}

/** How many lines each progress record covers; a crash repeats at most the open batches, 8 times as many. */
const BATCH_LINES = 2_000;

/**
 * Publishes the repetitions, oldest first, starting after a line. Reads the log once per repetition.
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
    for (let repetition = from.lap; repetition >= 0 && !options.signal?.aborted; repetition -= 1) {
      const afterLine = repetition === from.lap ? from.line : 0;
      await publishRepetition(source, scan, schedule, { repetition, afterLine }, acknowledgements, options);
    }
    await acknowledgements.settleAll();
  } catch (error) {
    // An interrupt closes the publisher, so its errors are expected.
    if (!options.signal?.aborted) throw error;
  } finally {
    await acknowledgements.ended();
  }
  if (options.signal?.aborted) throw new ReplayInterruptedError();
  const { published, rejected, rejectedCount } = acknowledgements;
  return { published, rejected, rejectedCount };
}

async function publishRepetition(
  source: LogSource,
  scan: Scan,
  schedule: Schedule,
  { repetition, afterLine }: { repetition: number; afterLine: number },
  acknowledgements: Acknowledgements,
  { publisher, eventIds, signal }: RepetitionOptions,
): Promise<void> {
  const reader = new LogReader(source);
  for await (const lines of reader.lines()) {
    for (const line of lines) {
      if (signal?.aborted) return;
      if (line.number <= afterLine) continue;
      if (line.kind === 'call') {
        const at = occurredAt(schedule, line.loggedAtMs, repetition);
        const { number, digest, equalBefore } = line;
        const event_id = eventIds(at, { digest, equalBefore, line: number, repetition });
        await publisher.ready();
        const event = { event_id, occurred_at: at, ...line.content };
        acknowledgements.add(number, publisher.publish(event));
      }
      if (line.number % BATCH_LINES === 0 || line.number === scan.lines) {
        await acknowledgements.endBatch(repetition, line.number);
      }
    }
  }
  if (reader.sha256() !== scan.sha256) throw new LogChangedError(source.name);
}
