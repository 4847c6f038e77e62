import type { CallEventInput } from '../../schemas/call-event-fields.ts';
import type { Gate, GatedCall, GateRejection } from '../gate/contract.ts';
import type { Publisher } from '../publisher-contract.ts';
import type { CostCatalogue } from '../sdk/costs.ts';
import type { HttpRequest, HttpResponse } from './http.ts';

/** The contract of the meter: what publishes every call that an HTTP server answers. */

/** Who called. The other fields of an event that the platform knows may be given too. */
export interface Caller {
  readonly org_id: string;
  readonly user_id: string;
  /** Default '-'. */
  readonly app_id?: string | undefined;
  /** Default: the meter's `product`. */
  readonly product?: string | undefined;
  readonly module?: string | undefined;
  readonly rejection_cause?: string | undefined;
  /** Default: as the meter's `sourceAddress` says. */
  readonly source_address?: string | undefined;
}

/** What is known of an answer when the platform's functions run. */
export interface AnsweredCall {
  readonly method: string;
  /** The template of the route. */
  readonly endpoint: string;
  /** 499 where the client went away before the headers of an answer were sent. */
  readonly status: number;
}

/**
 * What a call costs: credits, or a rule of the cost catalogue and what it counted, or 'later' where only the end of the
 * answer shows it. A rejected call (429) costs 0 credits whatever is said.
 */
export type Cost =
  | { readonly credits: number; readonly rule?: string | undefined; readonly units?: number | undefined }
  | { readonly credits?: undefined; readonly rule?: string | undefined; readonly units?: number | undefined }
  | 'later';

/** Where the meter reports what the platform must know. pino's and Fastify's loggers fit, and console. */
export interface MeterLogger {
  error(details: object, message: string): void;
}

/** How the meter asks the gate before a call's handler runs. */
export interface GateOptions<Context extends object> {
  readonly gate: Gate;
  /**
   * Returns the call and what it may cost at most, as far as that is known before its handler runs; undefined for a call
   * that needs no credits. It must not wait.
   */
  readonly call: (context: Context) => GatedCall | undefined;
}

/** @typeParam Context what the platform's functions get of a call: the request, or the framework's context */
export interface MeterOptions<Context extends object> {
  /** Remains the platform's: close it after the meter. */
  readonly publisher: Publisher;
  /** Gets at most one line in ten seconds for each kind of problem; counters() has them all. */
  readonly logger: MeterLogger;
  /**
   * Returns who called; undefined for a call that is not to be counted. It runs once, at the end of the answer, or just
   * before the headers where they show the cost. It must not wait: look the caller up before the handler runs.
   */
  readonly caller: (context: Context, call: AnsweredCall) => Caller | undefined;
  /** The API family, where the caller has none. */
  readonly product?: string;
  /** Returns the route's template, without ids. Default: the framework's, where it is known. */
  readonly endpoint?: (context: Context) => string | undefined;
  /** The endpoint of calls without a template; default 'unmatched'. */
  readonly unmatchedEndpoint?: string;
  /** The cost catalogue, or a function that returns the newest one. Without it a call costs 1 credit, unless said. */
  readonly costs?: CostCatalogue | (() => CostCatalogue);
  /** What the call costs, where the handler has not said; undefined for the catalogue's default rule. */
  readonly cost?: (context: Context, call: AnsweredCall) => Cost | undefined;
  /** The header that shows the credits of the call; default 'x-credits', false for none. */
  readonly costHeader?: string | false;
  /**
   * Records the network address: the context's `ip` where it has one (Fastify, Express, Koa: they know their proxies),
   * otherwise the connection's. Default false.
   */
  readonly sourceAddress?: boolean;
  /** How many events may wait in memory while the publisher's buffer is full; more are lost. Default 10,000. */
  readonly maxWaiting?: number;
  /**
   * Gets every event that the publisher did not deliver, with the reason. Publishing it again later is harmless: its id
   * is set.
   */
  readonly onLost?: (event: CallEventInput, error: Error) => void;
  /**
   * Rejects calls that have no credits left, by 429, before their handlers run; such a call is published with its cause
   * and 0 credits. A publisher with a spool must resolve when Kafka has the event (`resolveWhen: 'acknowledged'`).
   */
  readonly gate?: GateOptions<Context>;
}

/** Since the meter was created. metered = published + pending + waiting + failed, at every moment. */
export interface MeterCounters {
  /** Calls whose answer has not ended. */
  readonly open: number;
  readonly metered: number;
  /** Acknowledged by the publisher. */
  readonly published: number;
  /** Handed to the publisher, not acknowledged. */
  readonly pending: number;
  /** Waiting for room in the publisher's buffer. */
  readonly waiting: number;
  /** Lost, or perhaps not delivered: each was given to onLost. */
  readonly failed: number;
  readonly not_metered: {
    /** `caller` returned undefined. */
    readonly no_caller: number;
    /** `caller` threw, or returned a promise. */
    readonly caller_failed: number;
    /** The connection became another protocol's. */
    readonly upgrade: number;
    /** begin() got something else than a request and a response of node:http. */
    readonly begin_failed: number;
  };
  /** `endpoint` threw, or returned a promise: unmatchedEndpoint was recorded. */
  readonly endpoint_failed: number;
  /** No cost could be computed: the default rule's was recorded, or 1 credit without one. */
  readonly cost_failed: number;
  /** setCost() for a call that had ended or was never begun: it changed nothing. */
  readonly cost_too_late: number;
  /** setCost() after the headers made the recorded credits differ from those in the header. */
  readonly header_differed: number;
  /** `gate.call` threw, or returned a promise: the call went on without the gate. */
  readonly gate_failed: number;
}

/** A meter, whatever the server is made with. */
export interface MeterControls<Context extends object> {
  /** What the call costs, as its handler says. To be shown in the header it must come before the headers. */
  setCost(context: Context, cost: Cost): void;
  /**
   * Asks the gate whether the call may go on, and sets the fields of its answer that show the limit. Not needed with
   * fastifyMeter, nor where httpMeter's `gate` is used.
   * @returns the rejection, to be answered; undefined where the call goes on, and without `gate`
   */
  admit(context: Context, response: HttpResponse): Promise<GateRejection | undefined>;
  counters(): MeterCounters;
  /**
   * Resolves when all calls have been answered and their events acknowledged, or at the deadline (default 10 s). Then
   * the events that still wait for room are lost, and what is left is logged. It never rejects.
   */
  close(deadlineMs?: number): Promise<void>;
}

export interface Meter<Context extends object> extends MeterControls<Context> {
  /**
   * Begins to meter a call, before anything answers it. Its event is published when the answer has ended, finished or
   * not. A call that is begun twice counts once.
   */
  begin(context: Context, request: HttpRequest, response: HttpResponse): void;
}

export interface HttpMeter<Request extends HttpRequest> extends Meter<Request> {
  /** For Express, Nest and Connect, before everything else that may answer; without `next` for node:http alone. */
  readonly middleware: (request: Request, response: HttpResponse, next?: () => void) => void;
  /** Behind whatever finds out who calls: answers a call that the gate rejects, and passes on every other. */
  readonly gate: (request: Request, response: HttpResponse, next: () => void) => void;
}
