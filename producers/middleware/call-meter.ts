import type { CallCost, CallEventInput } from '../../schemas/call-event-fields.ts';
import { mintEventId } from '../../schemas/event-id.ts';
import type { AnsweredCall, Cost, Meter, MeterCounters, MeterOptions } from './contract.ts';
import { sendCostHeader } from './cost-header.ts';
import { CallGate } from './call-gate.ts';
import { Delivery } from './delivery.ts';
import type { GateRejection } from '../gate/contract.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import { InFlight } from './in-flight.ts';
import { LimitedLog } from './limited-log.ts';
import { checkedOptions } from './options.ts';
import { PlatformFunctions, type RecordedCaller } from './platform-functions.ts';
import { onceEnded } from './response-end.ts';

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
interface OpenCall<Context> {
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

interface Findings {
  readonly answered: AnsweredCall;
  /** Undefined for a call that is not to be counted. */
  readonly caller: RecordedCaller | undefined;
  /** What the handler had said. */
  readonly said: Cost | undefined;
  readonly price: CallCost | 'later';
}

/** nginx's word for it: the client closed the request. */
const CLIENT_CLOSED_REQUEST = 499;
const MAX_DURATION_MS = 2 ** 31 - 1;
const CLOSE_DEADLINE_MS = 10_000;
const NO_TEMPLATE: Template = () => undefined;

/** The meter of an HTTP server: publishes each of its calls when its answer has ended. */
export class CallMeter<Context extends object> implements Meter<Context> {
  readonly #clock: MeterClock;
  readonly #templateOf: (context: Context) => Template;
  readonly #costHeader: string | false;
  readonly #sourceAddress: boolean;
  readonly #log: LimitedLog;
  readonly #functions: PlatformFunctions<Context>;
  readonly #delivery: Delivery;
  readonly #gate: CallGate<Context> | undefined;
  readonly #inFlight = new InFlight();
  readonly #calls = new WeakMap<Context, OpenCall<Context>>();
  readonly #tally = { open: 0, upgrade: 0, begin_failed: 0, cost_too_late: 0, header_differed: 0 };

  /**
   * @param templateOf is called when a call begins, for the framework's template
   * @throws RangeError for an option that cannot be
   */
  constructor(
    options: MeterOptions<Context>,
    clock: MeterClock,
    templateOf: (context: Context) => Template = () => NO_TEMPLATE,
  ) {
    const { costHeader, sourceAddress, maxWaiting } = checkedOptions(options);
    const { publisher, logger, onLost } = options;
    this.#clock = clock;
    this.#templateOf = templateOf;
    this.#costHeader = costHeader;
    this.#sourceAddress = sourceAddress;
    this.#log = new LimitedLog(logger, clock.monotonicMs);
    this.#functions = new PlatformFunctions(options, this.#log);
    this.#gate = options.gate && new CallGate(options.gate, this.#log);
    const onSettled = (): void => this.#inFlight.leave();
    this.#delivery = new Delivery({ publisher, maxWaiting, log: this.#log, onLost, onSettled });
  }

  begin(context: Context, request: HttpRequest, response: HttpResponse): void {
    try {
      if (this.#calls.has(context)) return;
      if (request.upgrade === true) {
        this.#tally.upgrade += 1;
        return;
      }
      this.#open(context, request, response);
    } catch (err) {
      this.#tally.begin_failed += 1;
      this.#log.error('BEGIN_FAILED', { err }, 'a call cannot be metered: begin() needs what node:http made');
    }
  }

  #open(context: Context, request: HttpRequest, response: HttpResponse): void {
    const call: OpenCall<Context> = {
      context,
      method: request.method ?? '',
      template: this.#templateOf(context),
      startedMs: this.#clock.monotonicMs(),
      address: this.#sourceAddress ? addressOf(context, request) : '',
      said: undefined,
      atHeaders: undefined,
      ended: false,
    };
    this.#calls.set(context, call);
    if (this.#costHeader !== false) {
      sendCostHeader(response, this.#costHeader, (status) => this.#headerOf(call, status));
    }
    onceEnded(request, response, () => this.#end(call, response));
    this.#tally.open += 1;
    this.#inFlight.enter();
  }

  setCost(context: Context, cost: Cost): void {
    const call = this.#calls.get(context);
    if (call && !call.ended) call.said = cost;
    else this.#tally.cost_too_late += 1;
  }

  async admit(context: Context, response: HttpResponse): Promise<GateRejection | undefined> {
    return this.#gate?.ask(context, response);
  }

  counters(): MeterCounters {
    const { open, upgrade, begin_failed, cost_too_late, header_differed } = this.#tally;
    const { no_caller, caller_failed, endpoint_failed, cost_failed } = this.#functions.tally;
    const { metered, published, pending, waiting, failed } = this.#delivery;
    const not_metered = { no_caller, caller_failed, upgrade, begin_failed };
    const gate_failed = this.#gate?.failed ?? 0;
    const problems = { endpoint_failed, cost_failed, cost_too_late, header_differed, gate_failed };
    return { open, metered, published, pending, waiting, failed, not_metered, ...problems };
  }

  async close(deadlineMs: number = CLOSE_DEADLINE_MS): Promise<void> {
    if (await this.#inFlight.allLeft(deadlineMs)) return;
    this.#log.error(
      'CLOSED_EARLY',
      { ...this.counters(), deadlineMs },
      'the meter closes with calls in flight',
    );
    this.#delivery.close();
  }

  #find(call: OpenCall<Context>, status: number): Findings {
    const { context, method, template, said, address } = call;
    const answered = { method, endpoint: this.#functions.endpointOf(context, template), status };
    const caller = this.#functions.callerOf(context, answered, address);
    const price = caller ? this.#functions.priceOf(context, answered, said, this.#clock.now()) : 'later';
    return { answered, caller, said, price };
  }

  #headerOf(call: OpenCall<Context>, status: number): string | undefined {
    const { caller, price } = (call.atHeaders ??= this.#find(call, status));
    return caller && price !== 'later' ? String(price.credits) : undefined;
  }

  #end(call: OpenCall<Context>, response: HttpResponse): void {
    if (call.ended) return;
    const found =
      call.atHeaders ?? this.#find(call, response.headersSent ? response.statusCode : CLIENT_CLOSED_REQUEST);
    call.ended = true;
    this.#tally.open -= 1;
    const gated = this.#gate?.outcomeOf(call.context);
    if (found.caller === undefined) {
      gated?.reservation?.cancel();
      this.#inFlight.leave();
      return;
    }
    const event = this.#eventOf(call, found, found.caller, gated?.cause ?? '');
    const reservation = gated?.reservation;
    reservation?.cost(event.credits);
    this.#delivery.deliver(event, reservation && (() => reservation.settle()));
  }

  #eventOf(
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
    if (price !== 'later' && price.credits !== final.credits) this.#tally.header_differed += 1;
    return final;
  }
}

/** The framework's, which knows its proxies, or the connection's: once it is closed it has none. */
function addressOf(context: object, request: HttpRequest): string {
  const known = 'ip' in context && typeof context.ip === 'string' ? context.ip : undefined;
  return known ?? request.socket.remoteAddress ?? '';
}
