import { Demand } from './demand.ts';
import { Pool } from './pool.ts';
import type { LeasesAnswer, LeasesRequest } from './protocol.ts';
import { type LimitName } from './scopes.ts';
import { MINUTE_MS } from '../../schemas/time-units.ts';

/** So often a holder begins a new lease: what an old one cannot settle, the gate then holds for a day and no longer. */
const LEASE_LIFE_MS = 10 * MINUTE_MS;
/** Closed leases whose calls are not settled yet are reported so long as they are few; the gate holds them anyway. */
const MAX_CLOSED = 8;

type ReportedLease = LeasesRequest['leases'][number];
type GrantedLease = LeasesAnswer['leases'][number];

/** Credits of calls that wait for a limit: of the dearest, of the cheapest, and of all. */
export interface WaitingCredits {
  readonly needed: number;
  readonly least: number;
  readonly wanted: number;
}

/** What a holder has of one limit: the lease it spends from, and closed ones that are not settled. */
export class Holding {
  readonly limit: LimitName;
  readonly #newId: () => string;
  readonly #demand: Demand;
  #pool: Pool;
  #closed: Pool[] = [];
  /** Closed leases whose last report said that all their calls are settled. */
  #reported = new Set<string>();
  /** Those that the gate has acknowledged. */
  readonly #done = new Set<string>();

  constructor(limit: LimitName, newId: () => string, now: number) {
    this.limit = limit;
    this.#newId = newId;
    this.#demand = new Demand(now);
    this.#pool = new Pool(newId(), now);
  }

  get pool(): Pool {
    return this.#pool;
  }

  /** Whether it holds nothing and has nothing to settle. */
  get isEmpty(): boolean {
    return this.#closed.length === 0 && this.#isDone(this.#pool);
  }

  take(credits: number): Pool {
    this.#pool.take(credits);
    this.#demand.spend(credits);
    return this.#pool;
  }

  /**
   * What to report and to request. Credits that the coming `aheadMs` will not need go back.
   * @param waiting credits of the calls that wait: of the dearest, of the cheapest, and of all
   */
  request(now: number, aheadMs: number, { needed, least, wanted }: WaitingCredits): ReportedLease[] {
    if (!this.#pool.isClosed && now - this.#pool.beganAt >= LEASE_LIFE_MS) this.#renew(now);
    const target = this.#demand.expected(now, aheadMs) + wanted;
    const free = this.#pool.free(now);
    // A lease that has ended can admit nothing: what is left of it goes back, and the answer grants anew.
    if (now >= this.#pool.endsAt) this.#pool.returnAllBut(0);
    else if (free > 2 * target) this.#pool.returnAllBut(target);
    const more = { wanted: Math.max(0, target - Math.max(0, this.#pool.free(now))), needed, least };
    const { scope, name } = this.limit;
    const reports = [this.#pool, ...this.#closed].map((pool) => {
      const { settled, returned, isClosed: closed = false } = pool.report();
      const asked = pool.isClosed ? NO_CREDITS : more;
      return Object.assign({ id: pool.id, scope, name, settled, returned, closed }, asked);
    });
    this.#reported = new Set(reports.filter(({ closed }) => closed).map(({ id }) => id));
    return reports;
  }

  /** The answer to the last request, sent at an instant: what that reported as settled and closed is done with. */
  answered({ id, granted, lease_ms, is_over }: GrantedLease, sentAt: number): void {
    if (this.#pool.id === id) {
      this.#pool.answered(granted, lease_ms > 0 ? sentAt + lease_ms : -Infinity);
      if (is_over) this.#pool.close();
    }
    if (is_over || this.#reported.has(id)) this.#done.add(id);
    this.#closed = this.#closed.filter((pool) => !this.#isDone(pool));
  }

  /** Gives everything back: the limit no longer applies, or the holder has no more calls for it. */
  close(): void {
    this.#pool.close();
  }

  /** The next call begins a new lease. */
  reopen(now: number): void {
    if (this.#pool.isClosed) this.#renew(now);
  }

  #isDone({ id }: Pool): boolean {
    return this.#done.has(id);
  }

  #renew(now: number): void {
    if (this.#isDone(this.#pool)) {
      this.#done.clear();
      this.#pool = new Pool(this.#newId(), now);
      return;
    }
    this.#pool.close();
    this.#closed = [...this.#closed, this.#pool].slice(-MAX_CLOSED);
    this.#pool = new Pool(this.#newId(), now);
  }
}

/** No call waits. */
export const NO_CREDITS: WaitingCredits = { needed: 0, least: 0, wanted: 0 };
