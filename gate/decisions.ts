import { rateLimitFields, rejectionAnswer, rejectionCauseOf } from '../domain/gate/explanation.ts';
import { Holder, type HolderDecision } from '../domain/gate/holder.ts';
import type { LeasesAnswer, LeasesRequest, LimitStanding } from '../domain/gate/protocol.ts';
import { MINUTE_MS } from '../schemas/time-units.ts';
import type { DecisionAnswer, DecisionsRequest } from './decision-protocol.ts';
import { OpenDecisions } from './open-decisions.ts';

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

const IDLE_MS = MINUTE_MS;
/**
 * The first answer may name budgets that the call must fit, too; and what the second one grants of them may go to a call
 * that came before the budgets were known.
 */
const ROUNDS = 3;
/** What the limit has just said is not asked again for so long. */
const KNOWN_FOR_MS = 300;

/** Decisions for gateways in other languages: this process holds leases of its own for them. */
export class Decisions {
  readonly #options: DecisionsOptions;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly open: OpenDecisions;
  readonly tally = { admitted: 0, rejected: 0, would_reject: 0 };

  constructor(options: DecisionsOptions) {
    this.#options = options;
    this.open = new OpenDecisions(options.newId);
  }

  /** @throws GateProblem of Accounts.renew */
  async decide(request: DecisionsRequest): Promise<DecisionAnswer> {
    for (const { decision_id, credits } of request.settled ?? []) this.open.settle(decision_id, credits);
    const subscription = this.#subscription(request);
    const { user_id: userId, app_id: appId = '-', credits } = request;
    const ask = (waits: boolean): HolderDecision =>
      subscription.holder.decide({ userId, appId, credits }, this.#options.uptime(), waits);
    const mayFit = (decision: HolderDecision): boolean =>
      decision.kind !== 'admitted' && !this.#isKnown(subscription.holder, decision, credits);
    let decision = ask(true);
    for (let round = 1; mayFit(decision) && round <= ROUNDS; round += 1) {
      await this.#renew(subscription);
      decision = ask(false);
      if (mayFit(decision) && round < ROUNDS) ask(true);
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
    // Not beside the one that begins next: without the calls that wait it would give back what they were just granted.
    if (subscription.next !== undefined) return subscription.next;
    if (subscription.renewing === undefined) return begin();
    return (subscription.next = subscription.renewing.then(begin, begin));
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
      const id = this.open.add(decision.reservation, credits, published_within_ms);
      return { ...ADMITTED, decision_id: id, headers: this.#fields(decision.standing) };
    }
    const cause =
      decision.kind === 'short' ? rejectionCauseOf(decision.standing ?? decision.limit) : 'gate unavailable';
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
