import type { LeaseRecord } from '../domain/gate/lease.ts';
import { readEntry, type LeaseKey } from './lease-log.ts';

/** A lease as the log has it. */
export interface LoggedLease {
  readonly key: LeaseKey;
  readonly record: LeaseRecord;
  /** Whose records it has: each gets a tombstone when the lease is over. */
  readonly writers: readonly string[];
}

/** A partition of the log of leases that is being read from its beginning. */
export class Restoring {
  /** Nothing is granted before this instant of the monotonic clock. */
  readonly notBefore: number;
  /** The end of the partition, read after that instant. */
  end: number | undefined;
  #next = 0;
  readonly #records = new Map<string, { key: LeaseKey; writer: string; record: LeaseRecord }>();

  constructor(notBefore: number) {
    this.notBefore = notBefore;
  }

  /** The offset to be read next. */
  get next(): number {
    return this.#next;
  }

  /** Nothing before it is kept. */
  startAt(first: number): void {
    this.#next = Math.max(this.#next, first);
  }

  get isComplete(): boolean {
    return this.end !== undefined && this.#next >= this.end;
  }

  take(key: Buffer | null, value: Buffer | null): void {
    const entry = readEntry(key, value);
    if (entry === undefined || key === null) return;
    const id = key.toString('utf8');
    if (entry.record === undefined) this.#records.delete(id);
    else this.#records.set(id, { key: entry.key, writer: entry.writer, record: entry.record });
  }

  /** @param from where the fetch began: after `next`, records before it have not been taken */
  follows(from: number): boolean {
    return from <= this.#next;
  }

  reached(next: number): void {
    this.#next = Math.max(this.#next, next);
  }

  /** Of several writers' records of a lease the highest of every figure: each was true, and none falls. */
  leases(): LoggedLease[] {
    const leases = new Map<string, LoggedLease>();
    for (const { key, writer, record } of this.#records.values()) {
      const id = JSON.stringify([key.orgId, key.product, key.limit, key.id]);
      const known = leases.get(id);
      leases.set(id, {
        key,
        record: known ? highest(known.record, record) : record,
        writers: [...(known?.writers ?? []), writer],
      });
    }
    return [...leases.values()];
  }
}

const highest = (one: LeaseRecord, other: LeaseRecord): LeaseRecord => ({
  granted: Math.max(one.granted, other.granted),
  returned: Math.max(one.returned, other.returned),
  settled: Math.max(one.settled, other.settled),
  included: Math.max(one.included, other.included),
  began_at: Math.min(one.began_at, other.began_at),
  ends_at: Math.max(one.ends_at, other.ends_at),
});
