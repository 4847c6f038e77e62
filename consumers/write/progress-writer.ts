import type { Admin } from 'kafkajs';
import { readEndOffsets } from '../../platform/kafka/kafkajs-admin.ts';
import type { Logger } from '../../platform/logging.ts';
import type { Inserts } from './inserts.ts';
import type { LandingProgress, PartitionProgress } from '../fetch/landing-progress.ts';

export interface ProgressSource {
  readonly topic: string;
  readonly progress: LandingProgress;
}

/** What was last observed of a partition. */
export interface ObservedPartition extends PartitionProgress {
  readonly topic: string;
  readonly observedAtMs: number;
}

/** At rest: of four ticks three are left out, but readers count what is older than 10 s as lag. */
const LEFT_OUT_AT_REST = 3;
const LONGEST_REST_MS = 8_000;
/** Earlier than every observation, so that any other row replaces it. */
const NEVER_MS = 0;
/**
 * No progress is later than ClickHouse's own clock, whose time decides which rows invalidate their hour: so no hour is
 * sealed too early where this process's clock has jumped ahead, and no row from then outlasts the jump.
 */
const COLUMNS = {
  topic: { type: 'String' },
  partition: { type: 'Int32' },
  next_offset: { type: 'Int64' },
  end_offset: { type: 'Int64' },
  landed_until: { type: "DateTime64(3, 'UTC')", as: 'least(landed_until, now64(3))' },
  observed_at: { type: "DateTime64(3, 'UTC')", as: 'least(observed_at, now64(3))' },
};
const NO_PARTITIONS: ReadonlyMap<number, number> = new Map();

/**
 * Reads and writes how far each partition has landed, in one small insert for all topics: every tick while anything
 * moves, and every fourth at rest, which ends where a record arrives. It never fails the process, because readers count a missing progress record as lag.
 */
export class ProgressWriter {
  readonly #sources: readonly ProgressSource[];
  readonly #admin: Admin;
  readonly #inserts: Inserts;
  readonly #logger: Logger;
  readonly #now: () => number;
  #timer: NodeJS.Timeout | undefined;
  #isWriting: Promise<void> | undefined;
  #reported: readonly ObservedPartition[] = [];
  /** When the progress was last read and written; epoch milliseconds, 0 before the first time. */
  completedAtMs = 0;
  #lastOffsets = '';
  /** So many of the next ticks are left out. */
  #leftOut = 0;
  #leftOutAtRest = 0;
  /** Of the sources, when the progress was last read. */
  #moves = 0;
  /** By topic: how many partitions were announced, and when that was last checked. */
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
    this.#leftOutAtRest = Math.min(LEFT_OUT_AT_REST, Math.floor(LONGEST_REST_MS / intervalMs) - 1);
    this.#timer = setInterval(() => {
      this.#isWriting ??= this.#tick().finally(() => (this.#isWriting = undefined));
    }, intervalMs);
  }

  /** The partitions of this process, as last observed. */
  reported(): readonly ObservedPartition[] {
    return this.#reported;
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#isWriting;
  }

  async #tick(): Promise<void> {
    const moves = this.#sources.reduce((sum, { progress }) => sum + progress.moves, 0);
    if (this.#leftOut > 0 && moves === this.#moves) {
      this.#leftOut -= 1;
      return;
    }
    this.#moves = moves;
    // Also where it cannot be written now: the next tick tries again.
    this.#leftOut = 0;
    try {
      // First the clock, then the end offsets, then the landed ones: so the watermark is never too late.
      const observedAtMs = this.#now();
      const reported: ObservedPartition[] = [];
      const ends = await readEndOffsets(
        this.#admin,
        this.#sources.map(({ topic }) => topic),
      );
      for (const { topic, progress } of this.#sources) {
        const endOffsets = ends.get(topic) ?? NO_PARTITIONS;
        await this.#announce(topic, endOffsets, observedAtMs);
        for (const at of progress.report(endOffsets, observedAtMs))
          reported.push({ ...at, topic, observedAtMs });
      }
      this.#reported = reported;
      const rows = reported.map((at) => rowOf(at.topic, at, observedAtMs));
      const offsets = JSON.stringify(rows.map((row) => [row.next_offset, row.end_offset]));
      await this.#inserts.insertComputed('landing_progress', COLUMNS, rows);
      this.#leftOut = offsets === this.#lastOffsets ? this.#leftOutAtRest : 0;
      this.#lastOffsets = offsets;
      this.completedAtMs = this.#now();
    } catch (error) {
      this.#logger.warn({ err: error }, 'cannot write the landing progress; readers count it as lag');
    }
  }

  /**
   * Writes a row for every new partition, so that one without a report is not mistaken for landed. Until its first
   * report its watermark is the last check at which the partition did not exist yet.
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
      await this.#inserts.insertComputed('landing_progress', COLUMNS, rows);
    }
    this.#announced.set(topic, { partitions: endOffsets.size, atMs: observedAtMs });
  }
}

function rowOf(
  topic: string,
  { partition, nextOffset, endOffset, watermarkMs }: PartitionProgress,
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
