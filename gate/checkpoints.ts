import type { Admin } from 'kafkajs';
import { Type } from 'typebox';
import { select, type ClickHouseClient } from '../platform/clickhouse/connect.ts';
import { readEndOffsets } from '../platform/kafka/kafkajs-admin.ts';

const LandedRow = Type.Object({ partition: Type.Integer(), next_offset: Type.Integer() });

interface Checkpoint {
  number: number;
  /** When it was taken, by the monotonic clock. */
  readonly takenAt: number;
  /** The end of each partition of the calls, when the checkpoint was taken or the partition was first seen. */
  ends: ReadonlyMap<number, number>;
}

/** More wait only where landing stands still: then the last one is taken again and again. */
const MAX_WAITING = 32;

/**
 * Checkpoints of the log of calls: the ends of its partitions. An event that was acknowledged before a checkpoint was
 * taken lies before those ends, and once every partition has landed beyond them, readings contain it. It compares
 * offsets, so it needs no clock.
 */
export class Checkpoints {
  readonly #admin: Admin;
  readonly #client: ClickHouseClient;
  readonly #topic: string;
  readonly #now: () => number;
  #waiting: Checkpoint[] = [];
  #taken = 0;
  #landed = 0;

  /** @param admin connected. @param topic of the calls. @param now milliseconds of a monotonic clock */
  constructor(admin: Admin, client: ClickHouseClient, topic: string, now: () => number) {
    this.#now = now;
    this.#admin = admin;
    this.#client = client;
    this.#topic = topic;
  }

  /** The number of the next one to be taken: it contains what is acknowledged now. */
  get next(): number {
    return this.#taken + 1;
  }

  /** The last one that has landed: readings that begin now contain it. */
  get landed(): number {
    return this.#landed;
  }

  /** How long the oldest one has waited for landing: so long credits count twice, as used and as held. */
  get waitMs(): number {
    const [oldest] = this.#waiting;
    return oldest === undefined ? 0 : this.#now() - oldest.takenAt;
  }

  /** @throws Kafka's errors */
  async take(): Promise<void> {
    // What is settled while the ends are read belongs to the one after it.
    const number = (this.#taken += 1);
    const ends = (await readEndOffsets(this.#admin, [this.#topic])).get(this.#topic) ?? new Map();
    // A broker may know of a new partition later than the publisher that already has an acknowledgement from it.
    for (const checkpoint of this.#waiting) checkpoint.ends = new Map([...ends, ...checkpoint.ends]);
    const last = this.#waiting.at(-1);
    if (last !== undefined && this.#waiting.length >= MAX_WAITING) Object.assign(last, { number, ends });
    else this.#waiting.push({ number, takenAt: this.#now(), ends });
  }

  /** Finds out which checkpoints have landed. @throws ClickHouse's errors */
  async look(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const rows = await select(
      this.#client,
      LandedRow,
      'SELECT partition, next_offset FROM landing_progress FINAL WHERE topic = {topic:String}',
      { topic: this.#topic },
    );
    const landed = new Map(rows.map(({ partition, next_offset }) => [partition, next_offset]));
    const isLanded = ({ ends }: Checkpoint): boolean =>
      [...ends].every(([partition, end]) => end === 0 || (landed.get(partition) ?? 0) >= end);
    const last = this.#waiting.findLastIndex(isLanded);
    if (last < 0) return;
    this.#landed = this.#waiting[last]?.number ?? this.#landed;
    this.#waiting = this.#waiting.slice(last + 1);
  }
}
