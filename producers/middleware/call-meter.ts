import { CallGate } from './call-gate.ts';
import { CallRecorder, type MeterClock, type OpenCall, type Template } from './call-recorder.ts';
import type { Cost, Meter, MeterCounters, MeterOptions } from './contract.ts';
import { sendCostHeader } from './cost-header.ts';
import { Delivery } from './delivery.ts';
import type { GateRejection } from '../gate/contract.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import { InFlight } from './in-flight.ts';
import { LimitedLog } from './limited-log.ts';
import { checkedOptions } from './options.ts';
import { PlatformFunctions } from './platform-functions.ts';
import { onceEnded } from './response-end.ts';

/** nginx's word for it: the client closed the request. */
const CLIENT_CLOSED_REQUEST = 499;
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
  readonly #recorder: CallRecorder<Context>;
  readonly #delivery: Delivery;
  readonly #gate: CallGate<Context> | undefined;
  readonly #inFlight = new InFlight();
  readonly #calls = new WeakMap<Context, OpenCall<Context>>();
  readonly #tally = { open: 0, upgrade: 0, begin_failed: 0, cost_too_late: 0 };

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
    this.#recorder = new CallRecorder(clock, this.#functions);
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
      sendCostHeader(response, this.#costHeader, (status) => this.#recorder.headerOf(call, status));
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
    const { open, upgrade, begin_failed, cost_too_late } = this.#tally;
    const header_differed = this.#recorder.headerDiffered;
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

  #end(call: OpenCall<Context>, response: HttpResponse): void {
    if (call.ended) return;
    const found =
      call.atHeaders ??
      this.#recorder.find(call, response.headersSent ? response.statusCode : CLIENT_CLOSED_REQUEST);
    call.ended = true;
    this.#tally.open -= 1;
    const gated = this.#gate?.outcomeOf(call.context);
    if (found.caller === undefined) {
      gated?.reservation?.cancel();
      this.#inFlight.leave();
      return;
    }
    const event = this.#recorder.eventOf(call, found, found.caller, gated?.cause ?? '');
    const reservation = gated?.reservation;
    reservation?.cost(event.credits);
    this.#delivery.deliver(event, reservation && (() => reservation.settle()));
  }
}

/** The framework's, which knows its proxies, or the connection's: once it is closed it has none. */
function addressOf(context: object, request: HttpRequest): string {
  const known = 'ip' in context && typeof context.ip === 'string' ? context.ip : undefined;
  return known ?? request.socket.remoteAddress ?? '';
}
