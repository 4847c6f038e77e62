import type { CallCost, CallEventInput } from '../../schemas/call-event-fields.ts';
import { mintEventId } from '../../schemas/event-id.ts';
import type { AnsweredCall, Cost } from './contract.ts';
import type { PlatformFunctions, RecordedCaller } from './platform-functions.ts';

export interface MeterClock {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Milliseconds of a clock that only goes forward. */
  readonly monotonicMs: () => number;
  /** Returns that many random bytes, for event ids. */
  readonly random: (bytes: number) => Uint8Array;
}

/** Finds the template of a call's route, once the framework knows it. */
export type Template = () => string | undefined;

/** A call, from its beginning to the end of its answer. */
export interface OpenCall<Context> {
  readonly context: Context;
  readonly method: string;
  readonly template: Template;
  readonly startedMs: number;
  readonly address: string;
  /** By the handler. */
  said: Cost | undefined;
  /** Found when the headers were written, if they show the cost. */
  atHeaders: Findings | undefined;
  ended: boolean;
}

/** What the platform's functions have found out about a call. */
export interface Findings {
  readonly answered: AnsweredCall;
  /** Undefined for a call that is not to be counted. */
  readonly caller: RecordedCaller | undefined;
  /** What the handler had said. */
  readonly said: Cost | undefined;
  readonly price: CallCost | 'later';
}

const MAX_DURATION_MS = 2 ** 31 - 1;

/** Finds out what a call was, for its cost header and for its event. */
export class CallRecorder<Context extends object> {
  readonly #clock: MeterClock;
  readonly #functions: PlatformFunctions<Context>;
  /** Calls whose header showed another cost than was recorded in the end. */
  headerDiffered = 0;

  constructor(clock: MeterClock, functions: PlatformFunctions<Context>) {
    this.#clock = clock;
    this.#functions = functions;
  }

  /** The credits for the cost header; undefined where they are not known yet, or none are counted. */
  headerOf(call: OpenCall<Context>, status: number): string | undefined {
    const { caller, price } = (call.atHeaders ??= this.find(call, status));
    return caller && price !== 'later' ? String(price.credits) : undefined;
  }

  find(call: OpenCall<Context>, status: number): Findings {
    const { context, method, template, said, address } = call;
    const answered = { method, endpoint: this.#functions.endpointOf(context, template), status };
    const caller = this.#functions.callerOf(context, answered, address);
    const price = caller ? this.#functions.priceOf(context, answered, said, this.#clock.now()) : 'later';
    return { answered, caller, said, price };
  }

  /** @param gateCause why the gate rejected the call; empty where it did not */
  eventOf(
    call: OpenCall<Context>,
    found: Findings,
    caller: RecordedCaller,
    gateCause: string,
  ): CallEventInput {
    const { now, monotonicMs, random } = this.#clock;
    const occurredAt = now();
    const { method, endpoint, status } = found.answered;
    const { credits, rule, units } = this.#finalPrice(call, found, occurredAt);
    // Written out: spreading the parts takes a microsecond of every call.
    return {
      event_id: mintEventId(occurredAt, random(10)),
      occurred_at: occurredAt,
      org_id: caller.org_id,
      product: caller.product,
      user_id: caller.user_id,
      app_id: caller.app_id,
      method,
      endpoint,
      module: caller.module,
      status,
      credits,
      rule,
      units,
      rejection_cause: caller.rejection_cause === '' ? gateCause : caller.rejection_cause,
      source_address: caller.source_address,
      duration_ms: Math.min(MAX_DURATION_MS, Math.max(0, Math.round(monotonicMs() - call.startedMs))),
    };
  }

  #finalPrice(call: OpenCall<Context>, { answered, said, price }: Findings, occurredAt: number): CallCost {
    if (price !== 'later' && call.said === said) return price;
    const final = this.#functions.finalPriceOf(call.context, answered, call.said, occurredAt);
    if (price !== 'later' && price.credits !== final.credits) this.headerDiffered += 1;
    return final;
  }
}
