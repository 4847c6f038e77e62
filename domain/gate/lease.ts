import { Type, type Static } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';

const Count = Type.Integer({ minimum: 0 });

/** What the gate records of a lease before it answers (schemas/topics.ts, leases). Credits since the lease began. */
export const LeaseRecord = Type.Object({
  granted: Count,
  returned: Count,
  /** Spent on calls whose events Kafka has acknowledged. */
  settled: Count,
  /** Of these, what is certainly part of the used credits. */
  included: Count,
  /** No call is admitted by it before the first instant and after the second, epoch milliseconds. */
  began_at: Count,
  ends_at: Count,
});
export type LeaseRecord = Static<typeof LeaseRecord>;

export const isLeaseRecord: (value: unknown) => value is LeaseRecord = compiled(LeaseRecord).check;

/** What the holder of a lease reports, as sums since the lease began: a repeated or overtaken report changes nothing. */
export interface LeaseReport {
  readonly settled: number;
  readonly returned: number;
  /** The holder admits nothing by it any more. */
  readonly isClosed?: boolean;
}

/**
 * A lease: credits that one holder may spend. It counts in three steps: as granted; as settled, until the used credits
 * certainly contain it; and not at all.
 */
export class Lease {
  #granted = 0;
  #returned = 0;
  #settled = 0;
  #included = 0;
  /** What was settled by each checkpoint that the used credits do not contain yet, in ascending order. */
  readonly #awaited: { checkpoint: number; settled: number }[] = [];
  readonly beganAt: number;
  #endsAt: number;
  isClosed = false;

  /** @param beganAt epoch milliseconds */
  constructor(beganAt: number) {
    this.beganAt = beganAt;
    this.#endsAt = beganAt;
  }

  /** @param checkpoint that will contain what was settled when the record was written (Ledger) */
  static restored(record: LeaseRecord, checkpoint: number): Lease {
    const lease = new Lease(record.began_at);
    lease.#endsAt = record.ends_at;
    lease.#granted = record.granted;
    lease.#returned = record.returned;
    lease.#included = record.included;
    lease.#settle(record.settled, checkpoint);
    return lease;
  }

  get granted(): number {
    return this.#granted;
  }

  get endsAt(): number {
    return this.#endsAt;
  }

  /** The credits that may have been spent by it, or may yet be, and are not certainly part of the used ones. */
  get held(): number {
    return Math.max(0, this.#granted - this.#returned - this.#included);
  }

  /** Whether nothing of it can be missing in the used credits. */
  get isOver(): boolean {
    return this.isClosed && this.held === 0;
  }

  record(): LeaseRecord {
    return {
      granted: this.#granted,
      returned: this.#returned,
      settled: this.#settled,
      included: this.#included,
      began_at: this.beganAt,
      ends_at: this.#endsAt,
    };
  }

  grant(credits: number): void {
    this.#granted += credits;
  }

  extend(endsAt: number): void {
    this.#endsAt = Math.max(this.#endsAt, endsAt);
  }

  /** @param checkpoint the next one, which will contain what the report says is settled */
  report({ settled, returned, isClosed = false }: LeaseReport, checkpoint: number): void {
    this.#settle(settled, checkpoint);
    this.#returned = Math.max(this.#returned, Math.min(returned, this.#granted));
    this.isClosed ||= isClosed;
  }

  /** The used credits contain everything that was settled by a checkpoint. */
  include(checkpoint: number): void {
    while (this.#awaited[0] !== undefined && this.#awaited[0].checkpoint <= checkpoint) {
      this.#included = Math.max(this.#included, this.#awaited.shift()?.settled ?? 0);
    }
  }

  #settle(settled: number, checkpoint: number): void {
    if (settled <= this.#settled) return;
    this.#settled = settled;
    const last = this.#awaited.at(-1);
    if (last?.checkpoint === checkpoint) last.settled = settled;
    else this.#awaited.push({ checkpoint, settled });
  }
}
