import type { Admin, Batch } from 'kafkajs';
import { recordSetOf } from '../platform/kafka/kafkajs.ts';
import { readEndOffsets, readFirstOffsets } from '../platform/kafka/kafkajs-admin.ts';
import { Restoring, type LoggedLease } from './restoring.ts';

export interface TakeoversOptions {
  /** Connected. */
  readonly admin: Admin;
  readonly topic: string;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
}

/** Partitions of the log of leases that this gate takes over: it waits, and reads each to its end. */
export class Takeovers {
  readonly #options: TakeoversOptions;
  readonly #restoring = new Map<number, Restoring>();

  constructor(options: TakeoversOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#restoring.size;
  }

  has(partition: number): boolean {
    return this.#restoring.has(partition);
  }

  begin(partition: number, waitMs: number): void {
    this.#restoring.set(partition, new Restoring(this.#options.now() + waitMs));
  }

  clear(): void {
    this.#restoring.clear();
  }

  /**
   * Takes what was fetched of a partition.
   * @returns the offset to fetch next, where that is not the one behind it: a fetch that was sent before the partition was
   *   assigned anew may begin later than what was taken so far ends
   * @throws Kafka's errors: then kafkajs fetches the batch again
   */
  async take(batch: Batch): Promise<number | undefined> {
    const restoring = this.#restoring.get(batch.partition);
    if (restoring === undefined) return undefined;
    const from = Number(batch.firstOffset());
    if (!restoring.follows(from)) {
      const { admin, topic } = this.#options;
      const firsts = (await readFirstOffsets(admin, [topic])).get(topic);
      restoring.startAt(firsts?.get(batch.partition) ?? 0);
      if (!restoring.follows(from)) return restoring.next;
    }
    const records = recordSetOf(batch).records();
    while (records.next()) restoring.take(records.key, records.value);
    restoring.reached(Number(batch.lastOffset()) + 1);
    return undefined;
  }

  /**
   * Finishes those that have waited and are read.
   * @param onFinished is called at once for each: it is still assigned
   * @throws Kafka's errors
   */
  async finish(onFinished: (partition: number, leases: readonly LoggedLease[]) => void): Promise<void> {
    const { admin, topic, now } = this.#options;
    const due = [...this.#restoring].filter(([, { notBefore }]) => now() >= notBefore);
    if (due.some(([, { end }]) => end === undefined)) {
      const ends = (await readEndOffsets(admin, [topic])).get(topic);
      for (const [partition, restoring] of due) restoring.end ??= ends?.get(partition);
    }
    for (const [partition, restoring] of due) {
      if (!restoring.isComplete || this.#restoring.get(partition) !== restoring) continue;
      this.#restoring.delete(partition);
      onFinished(partition, restoring.leases());
    }
  }
}
