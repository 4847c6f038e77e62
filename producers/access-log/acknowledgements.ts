import { EventRefusedError } from '../errors.ts';
import type { ReplayRecord } from './record.ts';
import { MAX_REPORTS, type LineReport } from './survey.ts';

export type Progress = ReplayRecord['progress'];

interface Batch {
  readonly lap: number;
  /** Its last line. */
  readonly line: number;
  readonly events: readonly Promise<Outcome>[];
}
/** Undefined: acknowledged. */
type Outcome = { readonly line: number; readonly error: unknown } | undefined;

/** Batches whose acknowledgements may be outstanding. */
const BATCHES_IN_FLIGHT = 8;

/** Turns the acknowledgements of single events into "everything up to this line", batch by batch, in order. */
export class Acknowledgements {
  readonly #onAcknowledged: (progress: Progress) => Promise<void>;
  readonly #inFlight: Batch[] = [];
  #current: Promise<Outcome>[] = [];
  published: number;
  /** Refused by the publisher although the survey found nothing: the clock went on, or was set. */
  readonly refused: LineReport[] = [];
  refusedCount = 0;

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
    this.#inFlight.push({ lap, line, events: this.#current });
    this.#current = [];
    if (this.#inFlight.length > BATCHES_IN_FLIGHT) await this.#settleOldest();
  }

  /** Waits for every batch that has ended. */
  async settleAll(): Promise<void> {
    while (this.#inFlight.length > 0) await this.#settleOldest();
  }

  /** @throws what the publisher reported, unless it refused the event itself: that is counted, and no obstacle */
  async #settleOldest(): Promise<void> {
    const batch = this.#inFlight.shift();
    if (!batch) return;
    for (const outcome of await Promise.all(batch.events)) {
      if (outcome === undefined) {
        this.published += 1;
        continue;
      }
      if (!(outcome.error instanceof EventRefusedError)) throw outcome.error;
      this.refusedCount += 1;
      if (this.refused.length < MAX_REPORTS) {
        this.refused.push({ line: outcome.line, reason: outcome.error.message });
      }
    }
    await this.#onAcknowledged({ lap: batch.lap, line: batch.line, published: this.published });
  }
}
