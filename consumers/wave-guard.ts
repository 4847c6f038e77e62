import { setTimeout as delay } from 'node:timers/promises';
import { isInvalidWave, type WaveLimits } from '../domain/invalid-wave.ts';
import type { Logger } from '../platform/logging.ts';
import { MINUTE_MS } from '../schemas/time-units.ts';

const HEARTBEAT_MS = 500;
const LOG_EVERY_MS = 10_000;

/** What the guard needs of a fetched batch. */
export interface GuardedBatch {
  heartbeat(this: void): Promise<void>;
  isCurrent(this: void): boolean;
}

/**
 * Watches for a wave of invalid records. A wave is logged and, where the operator chose so, stops intake: nothing more
 * is fetched or quarantined, lag grows, and the records wait in Kafka until the cause is removed. A restart takes
 * records again, up to the next wave.
 */
export class WaveGuard {
  readonly #limits: WaveLimits;
  readonly #stopsIntake: boolean;
  readonly #now: () => number;
  readonly #logger: Pick<Logger, 'error'>;
  #records = 0;
  #invalid = 0;
  #since = -Infinity;
  #loggedAt = -Infinity;
  #isStopped = false;

  /** @param stopsIntake whether a wave stops intake. @param now epoch milliseconds */
  constructor(limits: WaveLimits, stopsIntake: boolean, logger: Pick<Logger, 'error'>, now: () => number) {
    this.#limits = limits;
    this.#stopsIntake = stopsIntake;
    this.#logger = logger;
    this.#now = now;
  }

  /** Whether intake has stopped, until a restart. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Counts the records of a batch, all of them and the invalid ones. The count begins again each minute. */
  count(records: number, invalid: number): void {
    const now = this.#now();
    if (now - this.#since >= MINUTE_MS) {
      this.#since = now;
      this.#records = 0;
      this.#invalid = 0;
    }
    this.#records += records;
    this.#invalid += invalid;
    if (!isInvalidWave({ records: this.#records, invalid: this.#invalid }, this.#limits)) return;
    this.#isStopped ||= this.#stopsIntake;
    this.#log();
  }

  /** Resolves at once, or, once intake has stopped, when the batch is no longer current. */
  async untilOpen({ heartbeat, isCurrent }: GuardedBatch): Promise<void> {
    while (this.#isStopped && isCurrent()) {
      this.#log();
      await delay(HEARTBEAT_MS);
      await heartbeat();
    }
  }

  #log(): void {
    const now = this.#now();
    if (now - this.#loggedAt < LOG_EVERY_MS) return;
    this.#loggedAt = now;
    const counts = { records: this.#records, invalid: this.#invalid, limit_percent: this.#limits.percent };
    this.#logger.error(
      counts,
      this.#isStopped
        ? 'too many records are invalid: intake has stopped; remove the cause and restart the consumer'
        : 'too many records are invalid: look into the dead letters for the reason and its publisher',
    );
  }
}
