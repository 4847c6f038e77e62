import type { Admin } from 'kafkajs';
import type { Logger } from '../deploy/logging.ts';
import type { Inserts } from './inserts.ts';
import type { LandedState, Standing } from './landed-state.ts';

export interface ProgressSource {
  readonly topic: string;
  readonly state: LandedState;
}

/**
 * Writes how far landing is, one small insert for all partitions of all topics: every tick while anything moves,
 * every second tick at rest. It never fails the process: a progress record that is missing counts as lag.
 */
export class Progress {
  readonly #sources: readonly ProgressSource[];
  readonly #admin: Admin;
  readonly #inserts: Inserts;
  readonly #logger: Logger;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #isWriting: Promise<void> | undefined;
  #lastOffsets = '';
  #isResting = false;

  /** @param admin connected */
  constructor(
    sources: readonly ProgressSource[],
    admin: Admin,
    inserts: Inserts,
    logger: Logger,
    now: () => number,
  ) {
    this.#sources = sources;
    this.#admin = admin;
    this.#inserts = inserts;
    this.#logger = logger;
    this.#now = now;
  }

  start(intervalMs: number): void {
    this.#timer = setInterval(() => {
      this.#isWriting ??= this.#tick().finally(() => (this.#isWriting = undefined));
    }, intervalMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#isWriting;
  }

  async #tick(): Promise<void> {
    try {
      // The instant is taken before the end offsets, and those before the landed ones: never too late an instant.
      const observedAtMs = this.#now();
      const rows = [];
      for (const { topic, state } of this.#sources) {
        const ends = await this.#admin.fetchTopicOffsets(topic);
        const endOffsets = new Map(ends.map(({ partition, high }) => [partition, Number(high)]));
        rows.push(...state.standings(endOffsets, observedAtMs).map((at) => rowOf(topic, at, observedAtMs)));
      }
      const offsets = JSON.stringify(rows.map((row) => [row.next_offset, row.end_offset]));
      this.#isResting = offsets === this.#lastOffsets && !this.#isResting;
      this.#lastOffsets = offsets;
      if (!this.#isResting) await this.#inserts.insertRows('landing_progress', rows);
    } catch (error) {
      this.#logger.warn({ err: error }, 'progress was not written; readers count it as lag');
    }
  }
}

function rowOf(
  topic: string,
  { partition, nextOffset, endOffset, landedUntilMs }: Standing,
  observedAtMs: number,
) {
  return {
    topic,
    partition,
    next_offset: nextOffset,
    end_offset: endOffset,
    landed_until: new Date(landedUntilMs).toISOString(),
    observed_at: new Date(observedAtMs).toISOString(),
  };
}
