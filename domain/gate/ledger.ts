import { LATENESS_LIMIT_MS } from '../../schemas/event-rules.ts';
import { shareFor, type WantedCredits } from './sharing.ts';
import type { CapShortage, GrantBound, HeldCredits } from './spending.ts';
import { heldAfterEndMs, type GateTiming } from './timing.ts';
import { HeldLeases } from './held-leases.ts';
import { Lease, type LeaseRecord, type LeaseReport } from './lease.ts';

/** What is known of the used credits: a reading of the store. */
export interface UsedReading {
  /**
   * Credits of the distinct calls that have landed and whose `occurred_at` is in the last 24 hours, read that much
   * longer as clocks may differ, or in the future.
   */
  readonly used: number;
  /** The checkpoint that the reading contains: every event acknowledged before it was taken had landed. */
  readonly checkpoint: number;
}

export type LeaseRequest = LeaseReport & WantedCredits;

/** The answer to a request. */
export interface Renewal {
  /** Credits since the lease began. */
  readonly granted: number;
  /** How long calls may be admitted from when the holder sent its request; 0 leaves what an earlier answer said. */
  readonly leaseMs: number;
}

export interface LedgerState {
  readonly total: number;
  readonly used: number;
  readonly held: number;
  readonly available: number;
}

/**
 * The ledger of one limit: who may spend how much of it. Its promise: whatever holders do within their leases, and
 * whenever their events land, the credits of admitted calls in any rolling 24 hours never exceed the total.
 *
 * Proof. Let T be the credits of the admitted calls that still count, and of what holders may still spend. Let U be the
 * used credits that were read, and H the sum of what the leases hold.
 * 1. T <= U + H at every moment. Each credit of T is held by its lease from the grant on. It leaves H only (a) when it
 *    is included: the holder reported it settled after Kafka had acknowledged the event, a checkpoint (the end of every
 *    partition) was taken after that report, and every partition had landed beyond it before U was read, so U contains
 *    it; (b) when the holder returned it unspent; (c) with the whole lease, more than 24 hours after that could admit
 *    anything (timing.ts): then no call of it counts.
 * 2. T grows by grants alone, and each is given only where U + H + grant <= total. So T <= total at every moment, until
 *    the total is lowered. U + H may be more for a moment, when calls have landed that are not included yet.
 * 3. Take any rolling 24 hours, and the call in them that was admitted last, at d. Every other call in them was admitted
 *    before d, and occurred later than 24 hours before d, less the difference of the clocks, for which U is read longer.
 *    So at d all of them were part of T, and their sum is at most T <= total.
 *
 * Where the total or the cap is lowered, nothing is granted and no lease is extended until U + H fits again. So what holders have
 * may still be spent for the length of a lease, and after that nothing is admitted over the new total.
 *
 * The order of the calls of this class is the order of a gate's events, so it needs no clock but `now`.
 */
export class Ledger {
  readonly #timing: GateTiming;
  readonly #leases = new HeldLeases();
  /** Leases that no longer count in 24 hours but, never settled, in a billing period. */
  readonly #late = new HeldLeases();
  #bound: GrantBound | undefined;
  #used: number | undefined;
  #total = 0;

  constructor(timing: GateTiming) {
    this.#timing = timing;
  }

  get leases(): ReadonlyMap<string, Lease> {
    return this.#leases.byId;
  }

  /** Whether no lease counts any more. */
  get isEmpty(): boolean {
    return this.#leases.byId.size === 0 && this.#late.byId.size === 0;
  }

  /** @param now epoch milliseconds */
  state(now: number): LedgerState {
    const used = this.#used ?? 0;
    return { total: this.#total, used, held: this.#leases.held, available: this.#available(now) };
  }

  /** A lease from the log of leases, before anything is granted. */
  restore(id: string, record: LeaseRecord, checkpoint: number): void {
    this.#leases.change(id, Lease.restored(record, checkpoint), () => undefined);
  }

  /** The credits that 24 hours may use, from now on. */
  limit(total: number): void {
    this.#total = total;
  }

  /** The limit counts other calls from now on: nothing is granted before they have been read. */
  unread(): void {
    this.#used = undefined;
  }

  /**
   * Takes a reading of the used credits. Each must have begun after the one before it was taken.
   * @param bound what else grants must keep, by a reading that began after the same checkpoint had landed
   */
  read({ used, checkpoint }: UsedReading, bound?: GrantBound): void {
    this.#used = used;
    this.#bound = bound;
    for (const [id, lease] of this.leases) {
      this.#leases.change(id, lease, () => lease.include(checkpoint));
    }
  }

  /**
   * Renews a lease, or begins one: takes the holder's report, then grants what it may. Record the lease before the
   * answer leaves.
   * @param checkpoint the next one to be taken
   * @param now epoch milliseconds
   */
  renew(id: string, request: LeaseRequest, checkpoint: number, now: number): Renewal {
    const lease = this.leases.get(id) ?? new Lease(now);
    this.#leases.change(id, lease, () => lease.report(request, checkpoint));
    const isExtended = !lease.isClosed && this.#fits(now);
    const credits = isExtended ? this.#grantable(request, now) : 0;
    this.#leases.change(id, lease, () => {
      if (isExtended) lease.extend(now + this.#timing.leaseMs);
      lease.grant(credits);
    });
    return { granted: lease.granted, leaseMs: isExtended ? this.#timing.leaseMs : 0 };
  }

  /**
   * Forgets leases that are over, or whose time is: 24 hours after their end, and where a cap counts them when their
   * events would be too late to count.
   * @param isCapped whether a cap is in effect, read or not
   * @returns their ids
   */
  forget(now: number, isCapped: boolean): string[] {
    const before = now - heldAfterEndMs(this.#timing);
    const forgotten: string[] = [];
    for (const [id, lease] of this.leases) {
      if (!lease.isOver && lease.endsAt >= before) continue;
      this.#leases.delete(id);
      if (lease.isOver || !isCapped) forgotten.push(id);
      else this.#late.change(id, lease, () => undefined);
    }
    for (const [id, { endsAt }] of this.#late.byId) {
      if (isCapped && endsAt >= before - LATENESS_LIMIT_MS) continue;
      this.#late.delete(id);
      forgotten.push(id);
    }
    return forgotten;
  }

  /** Why the further bound has too few credits; undefined where the limit itself has fewer, or there is none. */
  capShortage(needed: number, now: number): CapShortage | undefined {
    const bound = this.#bound;
    if (bound === undefined || this.#room(now) >= this.#total - (this.#used ?? 0) - this.#leases.held)
      return undefined;
    return bound.shortage(needed, this.#heldFor(bound));
  }

  #available(now: number): number {
    // Nothing may be granted before the used credits have been read.
    if (this.#used === undefined) return 0;
    return Math.max(0, Math.min(this.#total - this.#used - this.#leases.held, this.#room(now)));
  }

  /** Whether nothing is held or used over the limit and the further bound. */
  #fits(now: number): boolean {
    if (this.#used === undefined) return false;
    return this.#used + this.#leases.held <= this.#total && this.#room(now) >= 0;
  }

  #room(now: number): number {
    return this.#bound?.room(this.#heldFor(this.#bound), now) ?? Infinity;
  }

  #heldFor({ earlierBefore }: GrantBound): HeldCredits {
    const late = this.#late.held;
    return { all: this.#leases.held + late, earlier: this.#leases.heldBefore(earlierBefore) + late };
  }

  #grantable(request: WantedCredits, now: number): number {
    return shareFor(request, {
      available: this.#available(now),
      leases: this.leases.size,
      holders: () => [...this.leases.values()].filter(({ endsAt }) => endsAt > now).length,
    });
  }
}
