import { setTimeout as delay } from 'node:timers/promises';
import type { InsertBatch } from './insert-batch.ts';
import type { InsertPace } from './insert-pace.ts';

const HEARTBEAT_MS = 500;
/** What one fetch brings of several partitions is added within this time. */
const GATHER_MS = 10;

/**
 * Two insert batches in turn: one is filled while the other lands, strictly one insert after the other. A batch lands
 * when it is full, else at the pace of inserts (insert-pace.ts), so that many partitions share one; a record that comes
 * after a rest waits for a moment only. Memory is bounded by the two batches: while both are full, callers wait for room.
 */
export class BatchWriter {
  #open: InsertBatch;
  #spare: InsertBatch;
  #landing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isDue = false;
  #gaveUp = false;
  #begunAtMs = -Infinity;
  readonly #pace: InsertPace;
  readonly #land: (insertBatch: InsertBatch) => Promise<void>;
  readonly #onFailure: (error: unknown) => void;
  readonly #now: () => number;

  /**
   * @param land resolves when everything in the batch is safe; it retries by itself and rejects only to give up
   * @param onFailure gets what `land` rejected with; the batch then never lands
   * @param now monotonic milliseconds
   */
  constructor(
    insertBatches: readonly [InsertBatch, InsertBatch],
    pace: InsertPace,
    land: (insertBatch: InsertBatch) => Promise<void>,
    onFailure: (error: unknown) => void,
    now: () => number,
  ) {
    [this.#open, this.#spare] = insertBatches;
    this.#pace = pace;
    this.#land = land;
    this.#onFailure = onFailure;
    this.#now = now;
  }

  /**
   * The batch to add to. Read it again after every await; never cache it. Whenever the caller waits, even for a
   * resolved promise, the batch may start to land, and records added to it after that are lost.
   */
  get open(): InsertBatch {
    return this.#open;
  }

  /** Resolves when the open batch has room for a record. */
  async untilRoom(heartbeat: () => Promise<void>): Promise<void> {
    while (this.#open.isFull) {
      this.#landIfIdle();
      if (!this.#open.isFull) break;
      await Promise.race([this.#landing, delay(HEARTBEAT_MS)]);
      await heartbeat();
    }
  }

  /** Call it after adding records: it starts the landing, or the wait for it. */
  added(): void {
    if (this.#open.isFull) this.#landIfIdle();
    if (this.#open.isEmpty || this.#timer !== undefined) return;
    const { intervalMs } = this.#pace;
    const restMs = this.#begunAtMs + intervalMs - this.#now();
    this.#timer = setTimeout(
      () => {
        this.#isDue = true;
        this.#landIfIdle();
      },
      Math.min(intervalMs, Math.max(GATHER_MS, restMs)),
    );
  }

  /** Lands everything added so far, without waiting for more; returns early only if landing gave up. */
  async drain(): Promise<void> {
    for (;;) {
      this.#landIfIdle();
      if (!this.#landing || this.#gaveUp) return;
      await this.#landing;
    }
  }

  #landIfIdle(): void {
    if (this.#landing || this.#open.isEmpty) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isDue = false;
    this.#begunAtMs = this.#now();
    const insertBatch = this.#open;
    this.#open = this.#spare;
    this.#landing = this.#landAndReturn(insertBatch);
  }

  async #landAndReturn(insertBatch: InsertBatch): Promise<void> {
    try {
      await this.#land(insertBatch);
    } catch (error) {
      this.#gaveUp = true;
      this.#onFailure(error);
      return;
    }
    if (!insertBatch.isFull) this.#pace.landed(this.#now() - this.#begunAtMs);
    insertBatch.clear();
    this.#spare = insertBatch;
    this.#landing = undefined;
    if (this.#isDue || this.#open.isFull) this.#landIfIdle();
    else this.added();
  }
}
