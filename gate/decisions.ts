import { Type, type Static } from 'typebox';
import { rateLimitFields, rejectionAnswer, rejectionCauseOf } from '../domain/gate/explanation.ts';
import { Holder, type HolderDecision } from '../domain/gate/holder.ts';
import type { Reservation } from '../domain/gate/reservation.ts';
import type { LeasesAnswer, LeasesRequest, LimitStanding } from '../domain/gate/protocol.ts';
import { MAX_CREDITS } from '../schemas/event-rules.ts';
import { MINUTE_MS } from '../schemas/time-units.ts';

const Name = Type.String({ minLength: 1, maxLength: 128 });
const Credits = Type.Integer({ minimum: 0, maximum: MAX_CREDITS });
const strict = { additionalProperties: false };

/** `POST /v1/decisions`: may this call go on? */
export const DecisionsRequest = Type.Object(
  {
    org_id: Name,
    product: Name,
    user_id: Name,
    app_id: Type.Optional(Name),
    /** What the call may cost at most. */
    credits: Credits,
    /**
     * So soon after this decision Kafka will have acknowledged the call's event: the decision then settles itself.
     * Without it the caller reports each one in `settled`, and the gate holds the credits of those that it never does
     * for a day.
     */
    published_within_ms: Type.Optional(Type.Integer({ minimum: 0, maximum: 60 * MINUTE_MS })),
    /** Earlier decisions whose events Kafka has acknowledged, and what the calls have cost. */
    settled: Type.Optional(
      Type.Array(Type.Object({ decision_id: Type.String(), credits: Credits }, strict), { maxItems: 1_000 }),
    ),
  },
  strict,
);
export type DecisionsRequest = Static<typeof DecisionsRequest>;

export interface DecisionAnswer {
  readonly admitted: boolean;
  /** To report the call as settled; null where nothing is reserved. */
  readonly decision_id: string | null;
  /** For the answer to the call: RateLimit, RateLimit-Policy, Retry-After. */
  readonly headers: Readonly<Record<string, string>>;
  /** For the call's event: why it was rejected, or would have been in a dry run. */
  readonly rejection_cause: string | null;
  /** The body of the 429. */
  readonly problem: Readonly<Record<string, unknown>> | null;
}

export interface DecisionsOptions {
  readonly renew: (request: LeasesRequest) => Promise<LeasesAnswer>;
  readonly now: () => number;
  /** Milliseconds of a monotonic clock. */
  readonly uptime: () => number;
  readonly newId: () => string;
}

interface Subscription {
  readonly holder: Holder;
  renewing: Promise<void> | undefined;
  next: Promise<void> | undefined;
}

const MAX_OPEN = 200_000;
const IDLE_MS = MINUTE_MS;
/** What the limit has just said is not asked again for so long. */
const KNOWN_FOR_MS = 300;

/** Decisions for gateways in other languages: this process holds leases of its own for them. */
export class Decisions {
  readonly #options: DecisionsOptions;
  readonly #subscriptions = new Map<string, Subscription>();
  /** Decisions that are not settled, oldest first; beyond the limit the oldest are given up, and held for a day. */
  readonly #open = new Map<string, Reservation>();
  readonly tally = { admitted: 0, rejected: 0, would_reject: 0, given_up: 0 };

  constructor(options: DecisionsOptions) {
    this.#options = options;
  }

  /** @throws GateProblem of Accounts.renew */
  async decide(request: DecisionsRequest): Promise<DecisionAnswer> {
    for (const { decision_id, credits } of request.settled ?? []) this.#settle(decision_id, credits);
    const subscription = this.#subscription(request);
    const { user_id: userId, app_id: appId = '-', credits } = request;
    const ask = (waits: boolean): HolderDecision =>
      subscription.holder.decide({ userId, appId, credits }, this.#options.uptime(), waits);
    let decision = ask(true);
    if (decision.kind !== 'admitted' && !this.#isKnown(subscription.holder, decision, credits)) {
      await this.#renew(subscription);
      decision = ask(false);
    }
    return this.#answer(subscription.holder, decision, request);
  }

  /** Renews the leases of subscriptions with calls. Never rejects: what fails is tried by the next call. */
  async renew(): Promise<void> {
    const now = this.#options.uptime();
    for (const [key, subscription] of this.#subscriptions) {
      const { holder } = subscription;
      if (now - holder.askedAt > IDLE_MS) {
        holder.close();
        if (holder.isEmpty || now - holder.askedAt > 10 * IDLE_MS) this.#subscriptions.delete(key);
      }
      if (now - holder.answeredAt < holder.renewInMs) continue;
      await this.#renew(subscription).catch(() => undefined);
    }
  }

  get open(): number {
    return this.#open.size;
  }

  #renew(subscription: Subscription): Promise<void> {
    const { holder } = subscription;
    const begin = (): Promise<void> => {
      subscription.next = undefined;
      const sentAt = this.#options.uptime();
      const renewing = this.#options
        .renew(holder.request(sentAt))
        .then((answer) => holder.answered(answer, sentAt))
        .finally(() => (subscription.renewing = undefined));
      subscription.renewing = renewing;
      return renewing;
    };
    if (subscription.renewing === undefined) return begin();
    return (subscription.next ??= subscription.renewing.then(begin, begin));
  }

  #isKnown(holder: Holder, decision: HolderDecision, credits: number): boolean {
    const shortage = decision.kind === 'short' ? decision.standing?.shortage : undefined;
    if (shortage === undefined || shortage.needed > credits) return false;
    const isNew = this.#options.uptime() - holder.answeredAt < KNOWN_FOR_MS;
    return isNew && (shortage.available_at ?? Infinity) > this.#options.now();
  }

  #answer(
    { mode }: Holder,
    decision: HolderDecision,
    { credits, published_within_ms }: DecisionsRequest,
  ): DecisionAnswer {
    if (decision.kind === 'admitted') {
      this.tally.admitted += 1;
      const id = this.#remember(decision.reservation, credits, published_within_ms);
      return { ...ADMITTED, decision_id: id, headers: this.#fields(decision.standing) };
    }
    const cause = decision.kind === 'short' ? rejectionCauseOf(decision.limit) : 'gate unavailable';
    if (mode !== 'enforce') {
      this.tally.admitted += 1;
      if (mode === 'off') return ADMITTED;
      this.tally.would_reject += 1;
      return { ...ADMITTED, rejection_cause: `dry run, ${cause}` };
    }
    this.tally.rejected += 1;
    const standing = decision.kind === 'short' ? decision.standing : undefined;
    const { headers, problem } = rejectionAnswer(standing, credits, this.#options.now());
    return { admitted: false, decision_id: null, headers, rejection_cause: cause, problem };
  }

  #remember(reservation: Reservation, credits: number, withinMs: number | undefined): string {
    const id = this.#options.newId();
    this.#open.set(id, reservation);
    const [oldest] = this.#open.keys();
    if (this.#open.size > MAX_OPEN && oldest !== undefined) {
      this.#open.delete(oldest);
      this.tally.given_up += 1;
    }
    if (withinMs !== undefined) setTimeout(() => this.#settle(id, credits), withinMs).unref();
    return id;
  }

  #settle(id: string, credits: number): void {
    const reservation = this.#open.get(id);
    if (!reservation) return;
    this.#open.delete(id);
    reservation.cost(credits);
    reservation.settle();
  }

  #fields(standing: LimitStanding | undefined): Record<string, string> {
    return standing ? rateLimitFields(standing, this.#options.now()) : {};
  }

  #subscription({ org_id, product }: DecisionsRequest): Subscription {
    const key = JSON.stringify([org_id, product]);
    const known = this.#subscriptions.get(key);
    if (known) return known;
    const holder = new Holder(org_id, product, this.#options.newId, this.#options.uptime());
    const made: Subscription = { holder, renewing: undefined, next: undefined };
    this.#subscriptions.set(key, made);
    return made;
  }
}

const ADMITTED = { admitted: true, decision_id: null, headers: {}, rejection_cause: null, problem: null };
