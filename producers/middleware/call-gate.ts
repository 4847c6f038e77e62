import type { GateDecision, GateRejection, GateReservation } from '../gate/contract.ts';
import type { GateOptions } from './contract.ts';
import type { HttpResponse } from './http.ts';
import type { LimitedLog } from './limited-log.ts';
import { resultOf } from './result-of.ts';

/** What the gate decided about a call, for its event. */
export interface GatedOutcome {
  /** Why it was rejected, or would have been; '' for any other. */
  readonly cause: string;
  readonly reservation: GateReservation | undefined;
}

const UNGATED: GatedOutcome = { cause: '', reservation: undefined };

/** Asks the gate before the handler of a call runs. */
export class CallGate<Context extends object> {
  readonly #options: GateOptions<Context>;
  readonly #log: LimitedLog;
  readonly #outcomes = new WeakMap<Context, GatedOutcome>();
  failed = 0;

  constructor(options: GateOptions<Context>, log: LimitedLog) {
    this.#options = options;
    this.#log = log;
  }

  /**
   * Asks once for each call, and sets the fields of the answer that show the limit.
   * @returns the rejection; undefined where the call goes on. Never rejects.
   */
  async ask(context: Context, response: HttpResponse): Promise<GateRejection | undefined> {
    if (this.#outcomes.has(context)) return undefined;
    const decision = await this.#decide(context);
    if (decision === undefined) return undefined;
    this.#outcomes.set(context, outcomeOf(decision));
    const headers = decision.admitted ? decision.headers : decision.rejection.headers;
    if (!response.headersSent) {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    }
    return decision.admitted ? undefined : decision.rejection;
  }

  outcomeOf(context: Context): GatedOutcome {
    return this.#outcomes.get(context) ?? UNGATED;
  }

  async #decide(context: Context): Promise<GateDecision | undefined> {
    const { gate, call } = this.#options;
    try {
      const gated = resultOf('gate.call', () => call(context));
      return gated && (await gate.admit(gated));
    } catch (err) {
      this.failed += 1;
      this.#log.error('GATE_FAILED', { err }, 'gate.call failed: the call goes on without the gate');
      return undefined;
    }
  }
}

function outcomeOf(decision: GateDecision): GatedOutcome {
  if (!decision.admitted) return { cause: decision.rejection.cause, reservation: undefined };
  return { cause: decision.wouldReject ?? '', reservation: decision.reservation };
}
