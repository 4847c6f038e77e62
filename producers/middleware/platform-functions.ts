import type { CallCost } from '../../schemas/call-event-fields.ts';
import { REJECTED_STATUS } from '../../schemas/event-rules.ts';
import type { CostCatalogue } from '../sdk/costs.ts';
import { fallbackPrice, priceOf, REJECTED_PRICE } from './call-price.ts';
import type { AnsweredCall, Caller, Cost, MeterOptions } from './contract.ts';
import type { LimitedLog } from './limited-log.ts';
import { resultOf } from './result-of.ts';

/** A caller as an event records it: every field is there. */
export type RecordedCaller = { readonly [Field in keyof Caller]-?: string };

/** The platform's functions, made safe: what they throw is counted and logged, and the answer goes on. */
export class PlatformFunctions<Context extends object> {
  readonly #options: MeterOptions<Context>;
  readonly #log: LimitedLog;
  readonly tally = { no_caller: 0, caller_failed: 0, endpoint_failed: 0, cost_failed: 0 };

  constructor(options: MeterOptions<Context>, log: LimitedLog) {
    this.#options = options;
    this.#log = log;
  }

  /** @param template finds the framework's */
  endpointOf(context: Context, template: () => string | undefined): string {
    const { endpoint, unmatchedEndpoint = 'unmatched' } = this.#options;
    try {
      return resultOf('endpoint', () => endpoint?.(context)) ?? template() ?? unmatchedEndpoint;
    } catch (err) {
      this.tally.endpoint_failed += 1;
      this.#log.error('ENDPOINT_FAILED', { err }, `endpoint failed: ${unmatchedEndpoint} is recorded`);
      return unmatchedEndpoint;
    }
  }

  /** @returns undefined for a call that is not to be counted, or whose caller cannot be found */
  callerOf(context: Context, call: AnsweredCall, address: string): RecordedCaller | undefined {
    const { caller, product = '' } = this.#options;
    try {
      const found = resultOf('caller', () => caller(context, call));
      if (!found) {
        this.tally.no_caller += 1;
        return undefined;
      }
      return {
        org_id: found.org_id,
        user_id: found.user_id,
        app_id: found.app_id ?? '-',
        product: found.product ?? product,
        module: found.module ?? '',
        rejection_cause: found.rejection_cause ?? '',
        source_address: found.source_address ?? address,
      };
    } catch (err) {
      this.tally.caller_failed += 1;
      this.#log.error('CALLER_FAILED', { err, ...call }, 'caller failed: the call is not counted');
      return undefined;
    }
  }

  /**
   * @param said by the handler
   * @param answeredAt epoch milliseconds
   */
  priceOf(
    context: Context,
    call: AnsweredCall,
    said: Cost | undefined,
    answeredAt: number,
  ): CallCost | 'later' {
    if (call.status === REJECTED_STATUS) return REJECTED_PRICE;
    const { cost } = this.#options;
    try {
      const known = said ?? resultOf('cost', () => cost?.(context, call));
      return known === 'later' ? known : priceOf(answeredAt, this.#catalogue(), known);
    } catch (err) {
      return this.#fallback(call, answeredAt, err);
    }
  }

  /** As priceOf, when the answer has ended: then 'later' is an error. */
  finalPriceOf(context: Context, call: AnsweredCall, said: Cost | undefined, answeredAt: number): CallCost {
    const price = this.priceOf(context, call, said, answeredAt);
    if (price !== 'later') return price;
    const err = new Error(
      'The cost was said to follow, and the answer ended without it: call setCost() before.',
    );
    return this.#fallback(call, answeredAt, err);
  }

  #fallback(call: AnsweredCall, answeredAt: number, err: unknown): CallCost {
    this.tally.cost_failed += 1;
    this.#log.error(
      'COST_FAILED',
      { err, ...call },
      'the cost of a call is unknown: the default is recorded',
    );
    try {
      return fallbackPrice(answeredAt, this.#catalogue());
    } catch {
      // The function that returns the catalogue failed, as was logged.
      return fallbackPrice(answeredAt, undefined);
    }
  }

  #catalogue(): CostCatalogue | undefined {
    const { costs } = this.#options;
    return typeof costs === 'function' ? resultOf('costs', costs) : costs;
  }
}
