import type { LeasesAnswer, LeasesRequest, LimitStanding } from '../domain/gate/protocol.ts';
import { keyOf, WHOLE, type LimitName } from '../domain/gate/scopes.ts';
import type { GateTerms } from '../domain/gate/terms.ts';
import { MINUTE_MS } from '../schemas/time-units.ts';
import type { LeaseEntry, LeaseLog } from './lease-log.ts';
import { Limit, type LimitSources } from './limit.ts';
import type { LoggedLease } from './restoring.ts';
import type { CappedSpending } from './spending.ts';
import { callsOf } from './used.ts';

export interface AccountSources extends LimitSources {
  readonly log: LeaseLog;
}

/** What a lease's record says beyond its end, so that an extension alone need not be recorded each time. */
const RECORDED_AHEAD_MS = 10 * MINUTE_MS;
/** A call that does not fit is answered by a reading that began after it arrived, unless one is this new. */
const FRESH_MS = 100;
const RENEW_IN_MS = 2_000;
const RENEW_SCARCE_IN_MS = 500;
/** A limit with less than this part available is scarce. */
const SCARCE_PART = 10;

type ReportedLease = LeasesRequest['leases'][number];
type GrantedLease = LeasesAnswer['leases'][number];

/** The limits of one subscription, and who holds what of them. */
export class Account {
  readonly orgId: string;
  readonly product: string;
  readonly limits = new Map<string, Limit>();
  /** When a holder last asked, by the monotonic clock. */
  askedAt = -Infinity;
  readonly #sources: AccountSources;

  constructor(orgId: string, product: string, sources: AccountSources) {
    this.orgId = orgId;
    this.product = product;
    this.#sources = sources;
  }

  restore({ key: { limit, id }, record, writers }: LoggedLease): void {
    const restored = this.#limit(limit);
    restored.ledger.restore(id, record, this.#sources.checkpoints.next);
    restored.recorded.set(id, { record, writers: new Set(writers) });
  }

  /**
   * Answers a holder. What it grants is in the log of leases when the promise resolves.
   * @throws the errors of ClickHouse and of LeaseLog.append: then the holder asks again, and gets what it was granted
   */
  async renew(
    { leases }: LeasesRequest,
    terms: GateTerms,
    capped: CappedSpending | undefined,
  ): Promise<LeasesAnswer> {
    this.askedAt = this.#sources.uptime();
    const limits = this.#apply(terms, capped);
    const asked = leases.flatMap((lease) => {
      const limit = limits.get(keyOf(lease)) ?? this.limits.get(keyOf(lease));
      return limit ? [{ lease, limit }] : [];
    });
    const unread = new Set(asked.map(({ limit }) => limit).filter(({ readAt }) => readAt === -Infinity));
    await Promise.all([...unread].map((limit) => limit.read()));

    const granted = new Map<string, GrantedLease>();
    const short = new Map<Limit, number>();
    for (const { lease, limit } of asked) {
      const renewal = this.#renew(limit, lease);
      granted.set(lease.id, renewal.lease);
      if (renewal.isShort) short.set(limit, Math.max(lease.needed, short.get(limit) ?? 0));
    }
    await this.#readAgain(short, asked, granted);
    await this.#record(asked.map(({ limit, lease }) => ({ limit, id: lease.id })));
    // Of budgets that no call has come to yet, nothing is known.
    const read = [...limits.values()].filter(({ readAt }) => readAt !== -Infinity);
    const standings = await Promise.all(
      read.map(async (limit): Promise<LimitStanding> => {
        const needed = short.get(limit);
        return limit.standing(needed === undefined ? undefined : await limit.explain(needed));
      }),
    );
    return {
      mode: terms.mode,
      when_unreachable: terms.whenUnreachable ?? null,
      renew_in_ms: standings.some(isScarce) ? RENEW_SCARCE_IN_MS : RENEW_IN_MS,
      budgets: terms.budgets.map(({ scope, name, users }) => ({
        scope,
        name,
        ...(users && { users: [...users] }),
      })),
      leases: [...granted.values()],
      limits: standings,
    };
  }

  /** Forgets leases that are over. */
  forget(now: number): void {
    for (const limit of this.limits.values()) {
      const entries = limit.ledger.forget(now).flatMap((id) => {
        const writers = [...(limit.recorded.get(id)?.writers ?? [])];
        limit.recorded.delete(id);
        return writers.map((writer) => ({ key: this.#keyOf(limit, id), writer }));
      });
      // One that is not deleted is read by the next owner, which forgets it in turn.
      this.#sources.log.append(entries).catch(() => undefined);
    }
  }

  /** Whether no lease is left, so that nothing need be known of it. */
  get isEmpty(): boolean {
    return [...this.limits.values()].every(({ ledger }) => ledger.leases.size === 0);
  }

  /** @returns the limits that apply now */
  #apply({ total, budgets }: GateTerms, capped: CappedSpending | undefined): Map<string, Limit> {
    const whole = this.#limit(WHOLE);
    whole.ledger.limit(total);
    whole.cap(capped);
    const applying = new Map([[keyOf(WHOLE), whole]]);
    for (const budget of budgets) {
      const limit = this.#limit(budget);
      limit.count(callsOf(this.orgId, this.product, budget, budget.users));
      limit.ledger.limit(Math.min(budget.credits, total));
      applying.set(keyOf(budget), limit);
    }
    for (const [key, limit] of this.limits) if (!applying.has(key)) limit.ledger.limit(0);
    return applying;
  }

  #limit({ scope, name }: LimitName): Limit {
    const limit = { scope, name };
    const known = this.limits.get(keyOf(limit));
    if (known) return known;
    const made = new Limit(limit, callsOf(this.orgId, this.product, limit, []), this.#sources);
    this.limits.set(keyOf(limit), made);
    return made;
  }

  #renew({ ledger }: Limit, lease: ReportedLease): { lease: GrantedLease; isShort: boolean } {
    const { id, settled, returned, closed, wanted, needed, least } = lease;
    // A lease that this gate does not know, but that has been used, is over: the holder begins another.
    if (!ledger.leases.has(id) && (closed || settled > 0 || returned > 0)) {
      return { lease: { id, granted: 0, lease_ms: 0, is_over: true }, isShort: false };
    }
    const before = ledger.leases.get(id)?.granted ?? 0;
    const request = { settled, returned, isClosed: closed, wanted, needed, least };
    const { now, checkpoints } = this.#sources;
    const { granted, leaseMs } = ledger.renew(id, request, checkpoints.next, now());
    const answer = { id, granted, lease_ms: leaseMs, is_over: false };
    return { lease: answer, isShort: needed > 0 && granted - before < needed };
  }

  async #readAgain(
    short: Map<Limit, number>,
    asked: readonly { readonly lease: ReportedLease; readonly limit: Limit }[],
    granted: Map<string, GrantedLease>,
  ): Promise<void> {
    const stale = [...short.keys()].filter(({ readAt }) => this.#sources.uptime() - readAt > FRESH_MS);
    await Promise.all(stale.map((limit) => limit.read()));
    for (const limit of stale) {
      short.delete(limit);
      for (const { lease } of asked.filter((each) => each.limit === limit)) {
        const renewal = this.#renew(limit, lease);
        granted.set(lease.id, renewal.lease);
        if (renewal.isShort) short.set(limit, Math.max(lease.needed, short.get(limit) ?? 0));
      }
    }
  }

  /** Records what was granted, and leases that last longer than recorded. */
  async #record(renewed: readonly { readonly limit: Limit; readonly id: string }[]): Promise<void> {
    const entries = renewed.flatMap(({ limit, id }): { entry: LeaseEntry; limit: Limit }[] => {
      const lease = limit.ledger.leases.get(id);
      if (lease === undefined) return [];
      const record = lease.record();
      const recorded = limit.recorded.get(id)?.record;
      if (recorded?.granted === record.granted && recorded.ends_at >= record.ends_at) return [];
      const ahead = { ...record, ends_at: record.ends_at + RECORDED_AHEAD_MS };
      return [{ entry: { key: this.#keyOf(limit, id), record: ahead }, limit }];
    });
    const writer = await this.#sources.log.append(entries.map(({ entry }) => entry));
    for (const { entry, limit } of entries) {
      const before = limit.recorded.get(entry.key.id);
      const isNewer = before === undefined || before.record.granted <= entry.record.granted;
      const record = isNewer ? entry.record : before.record;
      const writers = new Set([...(before?.writers ?? []), writer]);
      limit.recorded.set(entry.key.id, { record, writers });
    }
  }

  #keyOf({ name }: Limit, id: string): LeaseEntry['key'] {
    return { orgId: this.orgId, product: this.product, limit: name, id };
  }
}

const isScarce = ({ limit, available }: LimitStanding): boolean => available < limit / SCARCE_PART;
