import { Holding, NO_CREDITS, type WaitingCredits } from './holding.ts';
import type { GateMode, LeasesAnswer, LeasesRequest, LimitStanding, WhenUnreachable } from './protocol.ts';
import { Reservation } from './reservation.ts';
import { keyOf, limitsOf, WHOLE, type BudgetName, type LimitName } from './scopes.ts';

/** A call before it is made. */
export interface AskedCall {
  readonly userId: string;
  readonly appId: string;
  /** What it may cost at most. */
  readonly credits: number;
}

/** `short`: the named limit has too few credits here; `unknown`: no gate has answered yet, or too long ago. */
export type HolderDecision =
  | {
      readonly kind: 'admitted';
      readonly reservation: Reservation;
      readonly standing: LimitStanding | undefined;
    }
  | { readonly kind: 'short'; readonly limit: LimitName; readonly standing: LimitStanding | undefined }
  | { readonly kind: 'unknown' };

/** Until a gate says when. */
const FIRST_RENEWAL_MS = 1_000;
/** A lease covers so many intervals between two requests, so that a request may fail. */
const INTERVALS_AHEAD = 3;
/** What a gate said holds so long: then its lease has ended, too. */
const ANSWER_HOLDS_MS = 15_000;

/**
 * What a holder has of one subscription, and decides by: without I/O, so that a decision takes microseconds. Instants
 * are milliseconds of a monotonic clock.
 */
export class Holder {
  readonly orgId: string;
  readonly product: string;
  mode: GateMode = 'enforce';
  whenUnreachable: WhenUnreachable | undefined;
  renewInMs = FIRST_RENEWAL_MS;
  #budgets: readonly BudgetName[] = [];
  #answeredAt = -Infinity;
  #askedAt: number;
  #isClosed = false;
  readonly #newId: () => string;
  readonly #holdings = new Map<string, Holding>();
  readonly #standings = new Map<string, LimitStanding>();
  /** Credits of calls that wait, by the limit that lacks them. */
  readonly #waiting = new Map<string, WaitingCredits>();

  constructor(orgId: string, product: string, newId: () => string, now: number) {
    this.orgId = orgId;
    this.product = product;
    this.#newId = newId;
    this.#askedAt = now;
  }

  /** When a call last came. */
  get askedAt(): number {
    return this.#askedAt;
  }

  get answeredAt(): number {
    return this.#answeredAt;
  }

  standing(limit: LimitName = WHOLE): LimitStanding | undefined {
    return this.#standings.get(keyOf(limit));
  }

  /** @param waits whether the next request is to get credits for the call, where there are too few */
  decide(call: AskedCall, now: number, waits = true): HolderDecision {
    this.#askedAt = now;
    this.#isClosed = false;
    if (now - this.#answeredAt > ANSWER_HOLDS_MS) {
      if (waits) this.#wait(WHOLE, call, now);
      return { kind: 'unknown' };
    }
    const holdings = limitsOf(this.#budgets, call).map((limit) => this.#holding(limit, now));
    const short = holdings.filter(({ pool }) => pool.free(now) < call.credits);
    const [first] = short;
    if (first !== undefined) {
      const explained = short.find(({ limit }) => this.standing(limit)?.shortage);
      // Of all limits at once, and what it has of the others stays for it; but not for a call that one has no room for.
      const lacking = explained ? [explained] : holdings;
      if (waits) for (const { limit } of lacking) this.#wait(limit, call, now);
      const { limit } = explained ?? first;
      return { kind: 'short', limit, standing: this.standing(limit) };
    }
    const reservation = new Reservation(
      holdings.map((holding) => holding.take(call.credits)),
      call.credits,
    );
    return { kind: 'admitted', reservation, standing: this.#scarcest(holdings) };
  }

  /** The next request to the gate; it takes with it the calls that wait. */
  request(now: number): LeasesRequest {
    if (!this.#isClosed) this.#holding(WHOLE, now);
    const leases = [...this.#holdings.values()].flatMap((holding) => {
      const waiting = this.#waiting.get(keyOf(holding.limit));
      return holding.request(now, this.renewInMs * INTERVALS_AHEAD, waiting ?? NO_CREDITS);
    });
    this.#waiting.clear();
    return { org_id: this.orgId, product: this.product, leases };
  }

  /** @param sentAt when its request was sent: a lease lasts from then on */
  answered(answer: LeasesAnswer, sentAt: number): void {
    this.#answeredAt = Math.max(this.#answeredAt, sentAt);
    this.mode = answer.mode;
    this.whenUnreachable = answer.when_unreachable ?? undefined;
    this.renewInMs = answer.renew_in_ms;
    this.#budgets = answer.budgets;
    // Before what was granted is here: it was not when the gate was asked.
    for (const standing of answer.limits) {
      const key = keyOf(standing);
      const { shortage } = standing;
      // What is said of the missing credits holds for a call that costs as much as these and what is here.
      const known = shortage && { ...shortage, needed: shortage.needed + this.#freeOf(key, sentAt) };
      this.#standings.set(key, known ? { ...standing, shortage: known } : standing);
    }
    const applying = new Set([keyOf(WHOLE), ...answer.budgets.map(keyOf)]);
    for (const [key, holding] of this.#holdings) {
      for (const lease of answer.leases) {
        holding.answered(lease, sentAt);
      }
      if (!applying.has(key)) holding.close();
      if (holding.isEmpty) this.#holdings.delete(key);
    }
  }

  #freeOf(key: string, now: number): number {
    return Math.max(0, this.#holdings.get(key)?.pool.free(now) ?? 0);
  }

  /** Whether it holds nothing and has nothing to settle. */
  get isEmpty(): boolean {
    return [...this.#holdings.values()].every((holding) => holding.isEmpty);
  }

  /** Gives everything back with the next request. */
  close(): void {
    this.#isClosed = true;
    for (const holding of this.#holdings.values()) holding.close();
  }

  /** The next request is to get the credits that a call lacks. */
  #wait(limit: LimitName, { credits }: AskedCall, now: number): void {
    const key = keyOf(limit);
    const before = this.#waiting.get(key);
    // Beside what it has: otherwise neither its rest nor the limit's would do.
    const missing = Math.max(0, credits - this.#freeOf(key, now));
    const lacking = [before?.least ?? 0, missing].filter((each) => each > 0);
    this.#waiting.set(key, {
      needed: Math.max(before?.needed ?? 0, missing),
      least: lacking.length > 0 ? Math.min(...lacking) : 0,
      wanted: (before?.wanted ?? 0) + credits,
    });
  }

  #holding(limit: LimitName, now: number): Holding {
    const key = keyOf(limit);
    const known = this.#holdings.get(key);
    if (known !== undefined) {
      known.reopen(now);
      return known;
    }
    const holding = new Holding(limit, this.#newId, now);
    this.#holdings.set(key, holding);
    return holding;
  }

  /** What the answer's headers show: of the limits that apply, the one with the fewest credits left. */
  #scarcest(holdings: readonly Holding[]): LimitStanding | undefined {
    return holdings
      .flatMap(({ limit }) => this.#standings.get(keyOf(limit)) ?? [])
      .reduce<LimitStanding | undefined>(
        (least, next) => (least === undefined || next.available < least.available ? next : least),
        undefined,
      );
  }
}
