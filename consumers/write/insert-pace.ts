import { medianOf } from '../../domain/median.ts';

/** What a landing takes where ClickHouse has a disk of its own and time to spare: most of it is waiting for the disk. */
const QUICK_MS = 60;
/** For each further millisecond, inserts are so much further apart. */
const FURTHER_APART = 10;
/** No row waits longer than this for others, unless it is configured. */
const MOST_MS = 1_000;
/** What landing takes is the median of the last ones: a few slow ones must not delay the rows after them. */
const LANDINGS = 9;

/**
 * How far apart two inserts begin that are not full: as configured while landing is quick, further where it is slow, as
 * small inserts make ClickHouse busy. Each makes parts of several tables, which must be merged. With 40,000 calls a second
 * on two cores, landing took ClickHouse three times as much CPU with an insert every 150 ms as with one every second.
 */
export class InsertPace {
  readonly #leastMs: number;
  readonly #last: number[] = [];

  /** @param leastMs setting BATCH_LINGER_MS */
  constructor(leastMs: number) {
    this.#leastMs = leastMs;
  }

  /** From the beginning of one insert to that of the next one, in milliseconds. */
  get intervalMs(): number {
    const busyMs = this.#leastMs + FURTHER_APART * Math.max(0, medianOf(this.#last) - QUICK_MS);
    return Math.max(this.#leastMs, Math.min(MOST_MS, busyMs));
  }

  /** Call it after each landing of a batch that was not full: a backlog's are large, and follow each other anyway. */
  landed(tookMs: number): void {
    this.#last.push(tookMs);
    if (this.#last.length > LANDINGS) this.#last.shift();
  }
}
