import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { Logger } from '../../platform/logging.ts';
import { recordAttempts, type Attempt } from '../../store/alerts/attempts.ts';

export interface AttemptRecording {
  readonly client: ClickHouseClient;
  readonly logger: Pick<Logger, 'warn'>;
  /** Once it is aborted an insert is tried once more at most. */
  readonly stopping: AbortSignal;
}

const RECORD_AGAIN_MS = 1_000;

interface Waiting {
  readonly attempt: Attempt;
  readonly done: PromiseWithResolvers<void>;
}

/** Records attempts after they were made. Those that end while an insert is under way share the next one. */
export class AttemptRecorder {
  readonly #recording: AttemptRecording;
  #waiting: Waiting[] = [];
  #isInserting = false;

  constructor(recording: AttemptRecording) {
    this.#recording = recording;
  }

  /** Resolves when it is written: what was attempted must be known to the next process. Never rejects. */
  record(attempt: Attempt): Promise<void> {
    const done = Promise.withResolvers<void>();
    this.#waiting.push({ attempt, done });
    if (!this.#isInserting) void this.#insert();
    return done.promise;
  }

  async #insert(): Promise<void> {
    this.#isInserting = true;
    // Those of this turn of the event loop share the first insert.
    await new Promise(setImmediate);
    while (this.#waiting.length > 0) {
      const some = this.#waiting;
      this.#waiting = [];
      await this.#untilWritten(some.map(({ attempt }) => attempt));
      for (const { done } of some) done.resolve();
    }
    this.#isInserting = false;
  }

  async #untilWritten(attempts: readonly Attempt[]): Promise<void> {
    const { client, logger, stopping } = this.#recording;
    for (;;) {
      try {
        await recordAttempts(client, attempts);
        return;
      } catch (error) {
        if (stopping.aborted) return;
        logger.warn({ err: error }, 'attempts not recorded, trying again');
        await sleep(RECORD_AGAIN_MS);
      }
    }
  }
}
