import type { Admin } from 'kafkajs';
import type { Logger } from '../../platform/logging.ts';
import type { Inserts } from './inserts.ts';
import type { LandedState, Standing } from '../fetch/partition-progress.ts';

export interface ProgressSource {
  readonly topic: string;
  readonly state: LandedState;
}

/** Before every observation: a row of then gives way to any other. */
const NEVER_MS = 0;

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
  /** By topic: the partitions announced, and when they were looked at last. */
  readonly #announced = new Map<string, { readonly partitions: number; readonly atMs: number }>();

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
        await this.#announce(topic, endOffsets, observedAtMs);
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

  /**
   * A row for every partition there is, so that one that nobody has reported on is not taken for landed: until then
   * it is landed up to when it was not there yet, as far as this process knows.
   */
  async #announce(
    topic: string,
    endOffsets: ReadonlyMap<number, number>,
    observedAtMs: number,
  ): Promise<void> {
    const before = this.#announced.get(topic);
    if (endOffsets.size !== before?.partitions) {
      const rows = [...endOffsets].map(([partition, endOffset]) => {
        const standing = { partition, nextOffset: 0, endOffset, watermarkMs: before?.atMs ?? NEVER_MS };
        return rowOf(topic, standing, NEVER_MS);
      });
      await this.#inserts.insertRows('landing_progress', rows);
    }
    this.#announced.set(topic, { partitions: endOffsets.size, atMs: observedAtMs });
  }
}

function rowOf(
  topic: string,
  { partition, nextOffset, endOffset, watermarkMs }: Standing,
  observedAtMs: number,
) {
  return {
    topic,
    partition,
    next_offset: nextOffset,
    end_offset: endOffset,
    landed_until: new Date(watermarkMs).toISOString(),
    observed_at: new Date(observedAtMs).toISOString(),
  };
}
