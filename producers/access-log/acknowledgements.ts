import { EventRejectedError } from '../errors.ts';
import type { ReplayRecord } from './record.ts';
import { MAX_REPORTS, type LineReport } from './scan.ts';

export type Progress = ReplayRecord['progress'];

interface Batch {
  readonly lap: number;
  /** Its last line. */
  readonly line: number;
  readonly events: readonly Promise<Outcome>[];
}
/** Undefined: acknowledged. */
type Outcome = { readonly line: number; readonly error: unknown } | undefined;

/** Batches that may be open: published, but not all of their events acknowledged and remembered. */
const OPEN_BATCHES = 8;

/** Turns the acknowledgements of single events into "everything up to this line", batch by batch, in order. */
export class Acknowledgements {
  readonly #onAcknowledged: (progress: Progress) => Promise<void>;
  /** One promise an open batch, each waiting for the one before it: a failure fails all behind it. */
  readonly #open: Promise<void>[] = [];
  #current: Promise<Outcome>[] = [];
  published: number;
  /** Refused by the publisher although the survey found nothing: the clock went on, or was set. */
  readonly refused: LineReport[] = [];
  rejectedCount = 0;

  /**
   * @param published by earlier runs
   * @param onAcknowledged is awaited before the next one
   */
  constructor(published: number, onAcknowledged: (progress: Progress) => Promise<void>) {
    this.published = published;
    this.#onAcknowledged = onAcknowledged;
  }

  add(line: number, acknowledged: Promise<unknown>): void {
    this.#current.push(
      acknowledged.then(
        () => undefined,
        (error: unknown) => ({ line, error }),
      ),
    );
  }

  /** The lines since the last call, up to this one, are a batch. Waits for the oldest where too many are open. */
  async endBatch(lap: number, line: number): Promise<void> {
    const batch = { lap, line, events: this.#current };
    this.#current = [];
    const settled = (this.#open.at(-1) ?? Promise.resolve()).then(() => this.#settle(batch));
    // A failure stays at the front, where endBatch or settleAll finds it.
    settled.then(
      () => this.#open.shift(),
      () => undefined,
    );
    this.#open.push(settled);
    if (this.#open.length > OPEN_BATCHES) await this.#open[0];
  }

  /** Waits for every batch that has ended. */
  async settleAll(): Promise<void> {
    await this.#open.at(-1);
  }

  /** Waits until nothing is written any more, whether it went well or not. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#open);
  }

  /** @throws what the publisher reported, unless it refused the event itself: that is counted, and no obstacle */
  async #settle(batch: Batch): Promise<void> {
    for (const outcome of await Promise.all(batch.events)) {
      if (outcome === undefined) {
        this.published += 1;
        continue;
      }
      if (!(outcome.error instanceof EventRejectedError)) throw outcome.error;
      this.rejectedCount += 1;
      if (this.refused.length < MAX_REPORTS) {
        this.refused.push({ line: outcome.line, reason: outcome.error.message });
      }
    }
    await this.#onAcknowledged({ lap: batch.lap, line: batch.line, published: this.published });
  }
}
