import type { LeaseRecord } from '../domain/gate/lease.ts';
import { MINUTE_MS } from '../schemas/time-units.ts';
import type { LeaseEntry, LeaseLog } from './lease-log.ts';
import type { Limit } from './limit.ts';
import type { LoggedLease } from './restoring.ts';

/** What a lease's record says beyond its end, so that an extension alone need not be recorded each time. */
const RECORDED_AHEAD_MS = 10 * MINUTE_MS;

interface Recorded {
  readonly record: LeaseRecord;
  /** Whose records the log has: each gets a tombstone when the lease is over. */
  readonly writers: ReadonlySet<string>;
}

/** What the log has of the leases of one subscription, so that it gets what it lacks. */
export class Recording {
  readonly #orgId: string;
  readonly #product: string;
  readonly #log: LeaseLog;
  readonly #recorded = new WeakMap<Limit, Map<string, Recorded>>();

  constructor(orgId: string, product: string, log: LeaseLog) {
    this.#orgId = orgId;
    this.#product = product;
    this.#log = log;
  }

  restore(limit: Limit, { key: { id }, record, writers }: LoggedLease): void {
    this.#of(limit).set(id, { record, writers: new Set(writers) });
  }

  /**
   * Records what was granted, and leases that last longer than recorded.
   * @throws the errors of LeaseLog.append
   */
  async record(renewed: readonly { readonly limit: Limit; readonly id: string }[]): Promise<void> {
    const entries = renewed.flatMap(({ limit, id }): { entry: LeaseEntry; limit: Limit }[] => {
      const lease = limit.ledger.leases.get(id);
      if (lease === undefined) return [];
      const record = lease.record();
      const recorded = this.#of(limit).get(id)?.record;
      if (recorded?.granted === record.granted && recorded.ends_at >= record.ends_at) return [];
      const ahead = { ...record, ends_at: record.ends_at + RECORDED_AHEAD_MS };
      return [{ entry: { key: this.#keyOf(limit, id), record: ahead }, limit }];
    });
    const writer = await this.#log.append(entries.map(({ entry }) => entry));
    for (const { entry, limit } of entries) {
      const before = this.#of(limit).get(entry.key.id);
      const isNewer = before === undefined || before.record.granted <= entry.record.granted;
      const record = isNewer ? entry.record : before.record;
      const writers = new Set([...(before?.writers ?? []), writer]);
      this.#of(limit).set(entry.key.id, { record, writers });
    }
  }

  /** Deletes the records of leases that are over. Never rejects: one that stays is read by the next owner, which forgets it in turn. */
  forget(limit: Limit, ids: readonly string[]): void {
    const entries = ids.flatMap((id) => {
      const writers = [...(this.#of(limit).get(id)?.writers ?? [])];
      this.#of(limit).delete(id);
      return writers.map((writer) => ({ key: this.#keyOf(limit, id), writer }));
    });
    this.#log.append(entries).catch(() => undefined);
  }

  #of(limit: Limit): Map<string, Recorded> {
    const known = this.#recorded.get(limit);
    if (known) return known;
    const made = new Map<string, Recorded>();
    this.#recorded.set(limit, made);
    return made;
  }

  #keyOf({ name }: Limit, id: string): LeaseEntry['key'] {
    return { orgId: this.#orgId, product: this.#product, limit: name, id };
  }
}
