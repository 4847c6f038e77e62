import type { LandedRange } from '../fetch/landed-range.ts';
import type { RetryUntilSuccess } from '../retry.ts';
import type { Inserts } from './inserts.ts';

/** A recording costs ClickHouse 15 to 20 ms of CPU, and at low traffic there are seven landings a second. */
const RECORD_EVERY_MS = 1_000;

export interface RecordingSteps {
  readonly inserts: Pick<Inserts, 'insertRows'>;
  readonly retryUntilSuccess: RetryUntilSuccess;
  /** Commits the offsets of the ranges; must not reject. */
  readonly commit: (ranges: readonly LandedRange[]) => Promise<void>;
}

/**
 * Records landed ranges, then commits their offsets: at once, as the process that appended a record of a decision log
 * waits for it.
 * @returns resolves when both are done, rejects only if the process gives up
 */
export function recordAtOnce(steps: RecordingSteps): (ranges: readonly LandedRange[]) => Promise<void> {
  return async (ranges) => {
    await steps.retryUntilSuccess('recording landed ranges', () =>
      steps.inserts.insertRows('landed_ranges', rowsOf(ranges)),
    );
    await steps.commit(ranges);
  };
}

/**
 * Records the ranges of several landings with one insert and commits them, once a second at most; after a rest at once.
 * Landings go on meanwhile. After a crash the records of the last second are delivered again and replace themselves.
 */
export class RangeRecorder {
  readonly #record: (ranges: readonly LandedRange[]) => Promise<void>;
  readonly #onFailure: (error: unknown) => void;
  readonly #now: () => number;
  #waiting: LandedRange[] = [];
  #recording: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #dueAtMs = -Infinity;

  /**
   * @param onFailure gets the error when the process gives up
   * @param now monotonic milliseconds
   */
  constructor(steps: RecordingSteps, onFailure: (error: unknown) => void, now: () => number) {
    this.#record = recordAtOnce(steps);
    this.#onFailure = onFailure;
    this.#now = now;
  }

  /** Waits only while a recording is overdue, so that what waits is bounded. */
  add = async (ranges: readonly LandedRange[]): Promise<void> => {
    this.#waiting.push(...ranges);
    if (this.#dueAtMs > this.#now()) {
      this.#schedule();
      return;
    }
    await this.#recording;
    this.#start();
  };

  /** Records everything added so far. Resolves also where the process gives up. */
  async flush(): Promise<void> {
    while (this.#recording || this.#waiting.length > 0) {
      this.#start();
      await this.#recording;
    }
  }

  /** Where a recording is under way, its end does so. */
  #schedule(): void {
    if (this.#recording || this.#waiting.length === 0) return;
    this.#timer ??= setTimeout(() => this.#start(), Math.max(0, this.#dueAtMs - this.#now()));
  }

  #start(): void {
    if (this.#recording || this.#waiting.length === 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#dueAtMs = this.#now() + RECORD_EVERY_MS;
    const ranges = this.#waiting;
    this.#waiting = [];
    this.#recording = this.#record(ranges)
      .catch(this.#onFailure)
      .finally(() => {
        this.#recording = undefined;
        this.#schedule();
      });
  }
}

/** Rows of landed_ranges, one for what lies together; what has landed is the union of their intervals. */
function rowsOf(ranges: readonly LandedRange[]): RangeRow[] {
  const rows: RangeRow[] = [];
  const latest = new Map<string, RangeRow>();
  for (const {
    topic,
    partition,
    firstOffset,
    lastOffset,
    rows: landed,
    quarantined,
    unpublished,
  } of ranges) {
    const pairs = unpublished.map(({ first, last }): [number, number] => [first, last]);
    const before = latest.get(`${topic} ${partition}`);
    if (before && before.last_offset + 1 === firstOffset) {
      before.last_offset = lastOffset;
      before.rows += landed;
      before.quarantined += quarantined;
      before.unpublished.push(...pairs);
      continue;
    }
    const row: RangeRow = {
      topic,
      partition,
      first_offset: firstOffset,
      last_offset: lastOffset,
      rows: landed,
      quarantined,
      unpublished: pairs,
    };
    rows.push(row);
    latest.set(`${topic} ${partition}`, row);
  }
  return rows;
}

interface RangeRow {
  readonly topic: string;
  readonly partition: number;
  readonly first_offset: number;
  last_offset: number;
  rows: number;
  quarantined: number;
  readonly unpublished: [number, number][];
}
