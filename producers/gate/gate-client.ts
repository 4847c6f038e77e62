import { Holder, type HolderDecision } from '../../domain/gate/holder.ts';
import type { LeasesAnswer, LeasesRequest } from '../../domain/gate/protocol.ts';
import { endsWithin } from '../../platform/deadline.ts';
import type { Gate, GateCounters, GateDecision, GatedCall, GateOptions } from './contract.ts';
import { GateAnswers } from './gate-answers.ts';
import { Renewal } from './renewal.ts';

export interface GateClientSources {
  /** Epoch milliseconds, for the instants in answers. */
  readonly now: () => number;
  /** Milliseconds of a monotonic clock, for leases. */
  readonly monotonicMs: () => number;
  /** For leases: unique, not guessable. */
  readonly newId: () => string;
  readonly renew: (request: LeasesRequest) => Promise<LeasesAnswer>;
}

const WAIT_MS = 150;
/**
 * The first answer may name budgets that a call must fit, too; and what the second one grants of them may go to a call
 * that came before the budgets were known.
 */
const ROUNDS = 3;
const MAX_SUBSCRIPTIONS = 10_000;
/** A subscription without calls for so long gives its credits back. */
const IDLE_MS = 60_000;
const SWEEP_EVERY_MS = 5_000;
/** What a gate has just said about a limit is not asked again for so long. */
const KNOWN_FOR_MS = 300;

/** Decides from leased credits. See contract.ts. */
export class GateClient implements Gate {
  readonly #options: GateOptions;
  readonly #sources: GateClientSources;
  readonly #renewals = new Map<string, Renewal>();
  readonly #sweep: NodeJS.Timeout;
  readonly #answers: GateAnswers;
  readonly #tally = { asked: 0, waited: 0, requests: 0, failed_requests: 0 };

  constructor(options: GateOptions, sources: GateClientSources) {
    this.#options = options;
    this.#sources = sources;
    this.#answers = new GateAnswers(options, sources.now);
    this.#sweep = setInterval(() => this.#dropIdle(), SWEEP_EVERY_MS).unref();
  }

  decide(call: GatedCall): GateDecision {
    this.#tally.asked += 1;
    const renewal = this.#renewalOf(call);
    if (renewal === undefined) return this.#answers.unreachable(call, undefined);
    const decision = this.#ask(renewal, call);
    if (decision.kind !== 'admitted' && !this.#isKnown(renewal, decision, call)) void renewal.now();
    return this.#answers.of(renewal, call, decision);
  }

  async admit(call: GatedCall): Promise<GateDecision> {
    this.#tally.asked += 1;
    const renewal = this.#renewalOf(call);
    if (renewal === undefined) return this.#answers.unreachable(call, undefined);
    const { monotonicMs } = this.#sources;
    const deadline = monotonicMs() + (this.#options.waitMs ?? WAIT_MS);
    const mayFit = (made: HolderDecision): boolean =>
      made.kind !== 'admitted' && monotonicMs() < deadline && !this.#isKnown(renewal, made, call);
    let decision = this.#ask(renewal, call);
    for (let round = 1; mayFit(decision) && round <= ROUNDS; round += 1) {
      if (round === 1) this.#tally.waited += 1;
      await endsWithin(renewal.now(), deadline - monotonicMs());
      decision = this.#ask(renewal, call, false);
      if (mayFit(decision) && round < ROUNDS) this.#ask(renewal, call);
    }
    return this.#answers.of(renewal, call, decision);
  }

  counters(): GateCounters {
    return { ...this.#tally, ...this.#answers.tally, subscriptions: this.#renewals.size };
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep);
    await Promise.all(
      [...this.#renewals.values()].map(async (renewal) => {
        renewal.holder.close();
        await renewal.now();
        renewal.stop();
      }),
    );
    this.#renewals.clear();
  }

  #ask({ holder }: Renewal, { user_id, app_id = '-', credits }: GatedCall, waits = true): HolderDecision {
    const asked = { userId: user_id, appId: app_id, credits };
    return holder.decide(asked, this.#sources.monotonicMs(), waits);
  }

  /** Whether a gate has just said that the call does not fit, and until when. */
  #isKnown({ holder }: Renewal, decision: HolderDecision, { credits }: GatedCall): boolean {
    if (decision.kind !== 'short') return false;
    const shortage = decision.standing?.shortage;
    if (shortage === undefined || shortage.needed > credits) return false;
    const isNew = this.#sources.monotonicMs() - holder.answeredAt < KNOWN_FOR_MS;
    return isNew && (shortage.available_at ?? Infinity) > this.#sources.now();
  }

  #renewalOf({ org_id, product }: GatedCall): Renewal | undefined {
    const key = `${product}\n${org_id}`;
    const known = this.#renewals.get(key);
    if (known) return known;
    if (this.#renewals.size >= (this.#options.maxSubscriptions ?? MAX_SUBSCRIPTIONS)) return undefined;
    const { renew, newId, monotonicMs } = this.#sources;
    const made = new Renewal(new Holder(org_id, product, newId, monotonicMs()), {
      renew: (request) => {
        this.#tally.requests += 1;
        return renew(request);
      },
      now: monotonicMs,
      onFailure: (error) => {
        this.#tally.failed_requests += 1;
        this.#options.logger?.error({ err: error, org_id, product }, 'the gate did not grant credits');
      },
    });
    this.#renewals.set(key, made);
    return made;
  }

  #dropIdle(): void {
    const now = this.#sources.monotonicMs();
    for (const [key, renewal] of this.#renewals) {
      if (now - renewal.holder.askedAt < IDLE_MS) continue;
      renewal.holder.close();
      if (!renewal.holder.isEmpty && now - renewal.holder.askedAt < 10 * IDLE_MS) continue;
      renewal.stop();
      this.#renewals.delete(key);
    }
  }
}
