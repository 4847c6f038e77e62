import { rateLimitFields, rejectionAnswer, rejectionCauseOf } from '../../domain/gate/explanation.ts';
import type { HolderDecision } from '../../domain/gate/holder.ts';
import type { LimitStanding } from '../../domain/gate/protocol.ts';
import type { GateDecision, GatedCall, GateOptions } from './contract.ts';
import type { Renewal } from './renewal.ts';

const UNREACHABLE = 'gate unreachable';
const FREE = { cost: () => undefined, settle: () => undefined, cancel: () => undefined };

/** Turns what the leases say into answers for calls, by the mode of the gate, and counts them. */
export class GateAnswers {
  readonly #whenUnreachable: NonNullable<GateOptions['whenUnreachable']>;
  readonly #now: () => number;
  readonly tally = {
    admitted: 0,
    rejected: 0,
    admitted_unreachable: 0,
    rejected_unreachable: 0,
    would_reject: 0,
  };

  /** @param now epoch milliseconds, for the instants in answers */
  constructor({ whenUnreachable = 'admit' }: Pick<GateOptions, 'whenUnreachable'>, now: () => number) {
    this.#whenUnreachable = whenUnreachable;
    this.#now = now;
  }

  of(renewal: Renewal, call: GatedCall, decision: HolderDecision): GateDecision {
    const { holder } = renewal;
    if (holder.mode === 'off' && decision.kind !== 'unknown') return this.#admitFreely(decision);
    if (decision.kind === 'admitted') {
      this.tally.admitted += 1;
      return {
        admitted: true,
        reservation: decision.reservation,
        headers: this.#fields(decision.standing),
      };
    }
    if (decision.kind === 'unknown' || !renewal.isReachable) return this.unreachable(call, renewal);
    const cause = rejectionCauseOf(decision.standing ?? decision.limit);
    if (holder.mode === 'dry-run') {
      this.tally.admitted += 1;
      this.tally.would_reject += 1;
      const wouldReject = `dry run, ${cause}`;
      return {
        admitted: true,
        reservation: FREE,
        headers: this.#fields(decision.standing),
        wouldReject,
      };
    }
    this.tally.rejected += 1;
    const answer = rejectionAnswer(decision.standing, call.credits, this.#now());
    return { admitted: false, rejection: { ...answer, cause } };
  }

  #admitFreely(decision: HolderDecision): GateDecision {
    this.tally.admitted += 1;
    const reservation = decision.kind === 'admitted' ? decision.reservation : FREE;
    return { admitted: true, reservation, headers: {} };
  }

  /** Nothing is known about the limits of the call. @param renewal undefined where there are too many subscriptions */
  unreachable(call: GatedCall, renewal: Renewal | undefined): GateDecision {
    const policy = renewal?.holder.whenUnreachable ?? this.#whenUnreachable;
    if (policy === 'admit') {
      this.tally.admitted += 1;
      this.tally.admitted_unreachable += 1;
      return { admitted: true, reservation: FREE, headers: {} };
    }
    this.tally.rejected += 1;
    this.tally.rejected_unreachable += 1;
    const answer = rejectionAnswer(undefined, call.credits, this.#now());
    return { admitted: false, rejection: { ...answer, cause: UNREACHABLE } };
  }

  #fields(standing: LimitStanding | undefined): Record<string, string> {
    return standing ? rateLimitFields(standing, this.#now()) : {};
  }
}
