import { EventRejectedError } from '../errors.ts';
import type { ReplayRecord } from './record.ts';
import { MAX_REPORTS, type LineReport } from './reports.ts';

export type Progress = ReplayRecord['progress'];

interface Batch {
  readonly repetition: number;
  /** Its last line. */
  readonly line: number;
  readonly events: readonly Promise<Outcome>[];
}
/** Undefined if Kafka acknowledged the event. */
type Outcome = { readonly line: number; readonly error: unknown } | undefined;

/** How many batches may be open: published, but not yet acknowledged and recorded. */
const OPEN_BATCHES = 8;

/** Turns acknowledgements of single events into progress ("everything up to this line"), batch by batch, in order. */
export class Acknowledgements {
  readonly #onAcknowledged: (progress: Progress) => Promise<void>;
  /** One promise per open batch. Each waits for the one before it, so a failure fails all later ones. */
  readonly #open: Promise<void>[] = [];
  #current: Promise<Outcome>[] = [];
  published: number;
  /** Rejected by the publisher although the scan found them valid: the clock advanced, or was set. */
  readonly rejected: LineReport[] = [];
  rejectedCount = 0;

  /**
   * @param published by earlier runs
   * @param onAcknowledged is awaited before its next call
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

  /** Makes a batch of the lines since the last call. While too many batches are open, waits for the oldest. */
  async endBatch(repetition: number, line: number): Promise<void> {
    const batch = { repetition, line, events: this.#current };
    this.#current = [];
    const settled = (this.#open.at(-1) ?? Promise.resolve()).then(() => this.#settle(batch));
    // A failed batch stays first, so that endBatch or settleAll rejects with it.
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

  /** Waits until no progress is written any more, whether batches succeeded or failed. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#open);
  }

  /** @throws the publisher's error, unless it rejected the event itself: such events are only counted */
  async #settle(batch: Batch): Promise<void> {
    for (const outcome of await Promise.all(batch.events)) {
      if (outcome === undefined) {
        this.published += 1;
        continue;
      }
      if (!(outcome.error instanceof EventRejectedError)) throw outcome.error;
      this.rejectedCount += 1;
      if (this.rejected.length < MAX_REPORTS) {
        this.rejected.push({ line: outcome.line, reason: outcome.error.message });
      }
    }
    await this.#onAcknowledged({ lap: batch.repetition, line: batch.line, published: this.published });
  }
}
