import type { LeasesAnswer, LeasesRequest, LimitStanding } from '../domain/gate/protocol.ts';
import type { GateTerms } from '../domain/gate/terms.ts';
import type { LeaseLog } from './lease-log.ts';
import type { Limit, LimitSources } from './limit.ts';
import { Limits } from './limits.ts';
import { Recording } from './recording.ts';
import type { LoggedLease } from './restoring.ts';
import type { CappedSpending } from './spending.ts';

export interface AccountSources extends LimitSources {
  readonly log: LeaseLog;
}

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
  /** When a holder last asked, by the monotonic clock. */
  askedAt = -Infinity;
  readonly #sources: AccountSources;
  readonly #limits: Limits;
  readonly #recording: Recording;

  constructor(orgId: string, product: string, sources: AccountSources) {
    this.orgId = orgId;
    this.product = product;
    this.#sources = sources;
    this.#limits = new Limits(orgId, product, sources);
    this.#recording = new Recording(orgId, product, sources.log);
  }

  get limits(): Iterable<Limit> {
    return this.#limits.all();
  }

  restore(lease: LoggedLease): void {
    const { limit, id } = lease.key;
    const restored = this.#limits.of(limit);
    restored.ledger.restore(id, lease.record, this.#sources.checkpoints.next);
    this.#recording.restore(restored, lease);
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
    const limits = this.#limits.apply(terms, capped);
    const asked = leases.flatMap((lease) => {
      const limit = this.#limits.known(lease);
      return limit ? [{ lease, limit }] : [];
    });
    const unread = new Set(asked.map(({ limit }) => limit).filter(({ readAt }) => readAt === -Infinity));
    await Promise.all([...unread].map((limit) => limit.read()));

    const granted = new Map<string, GrantedLease>();
    const short = new Map<Limit, number>();
    for (const { lease, limit } of asked) this.#grant(limit, lease, granted, short);
    await this.#readAgain(short, asked, granted);
    await this.#recording.record(asked.map(({ limit, lease }) => ({ limit, id: lease.id })));
    // Of budgets that no call has come to yet, nothing is known.
    const read = limits.filter(({ readAt }) => readAt !== -Infinity);
    const standings = await Promise.all(
      read.map(async (limit): Promise<LimitStanding> => {
        const needed = short.get(limit);
        return limit.standing(needed === undefined ? undefined : await limit.explanations.of(needed));
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

  /** Forgets leases that are over. @param isCapped whether the subscription has a spending cap */
  forget(now: number, isCapped: boolean): void {
    for (const limit of this.#limits.all()) {
      this.#recording.forget(limit, limit.ledger.forget(now, isCapped && limit.name.scope === 'org'));
    }
  }

  /** Whether no lease is left, so that nothing need be known of it. */
  get isEmpty(): boolean {
    return [...this.#limits.all()].every(({ ledger }) => ledger.isEmpty);
  }

  /** Notes what a lease is granted, and the most that is needed of a limit that is short of it. */
  #grant(
    limit: Limit,
    reported: ReportedLease,
    granted: Map<string, GrantedLease>,
    short: Map<Limit, number>,
  ): void {
    const { lease, isShort } = this.#renew(limit, reported);
    granted.set(lease.id, lease);
    if (isShort) short.set(limit, Math.max(reported.needed, short.get(limit) ?? 0));
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
      for (const each of asked) if (each.limit === limit) this.#grant(limit, each.lease, granted, short);
    }
  }
}

const isScarce = ({ limit, available }: LimitStanding): boolean => available < limit / SCARCE_PART;
