import type { CallCost } from '../../schemas/call-event-fields.ts';
import { MAX_CREDITS } from '../../schemas/event-rules.ts';
import { callCost, type CostCatalogue } from '../sdk/costs.ts';
import type { Cost } from './contract.ts';

/** domain.md, Terms: a rejected call (429) costs 0, whatever is said of it. */
export const REJECTED_PRICE: CallCost = { credits: 0, rule: '', units: 0 };
/** domain.md, Catalogues: a call costs 1 unless a rule says otherwise. */
const ONE_CREDIT: CallCost = { credits: 1, rule: '', units: 0 };

/**
 * The price of a call that was not rejected, as an event records it.
 * @param answeredAt epoch milliseconds
 * @throws UnknownCostRuleError, EventRejectedError, RangeError where the cost cannot be computed
 */
export function priceOf(
  answeredAt: number,
  costs: CostCatalogue | undefined,
  cost: Exclude<Cost, 'later'> = {},
): CallCost {
  const { credits, rule, units } = cost;
  if (credits !== undefined) return checked({ credits, rule: rule ?? '', units: units ?? 0 });
  if (costs) return checked(callCost(costs, answeredAt, rule, units));
  if (rule === undefined) return ONE_CREDIT;
  throw new RangeError(`The cost names the rule ${rule}, but the meter has no catalogue: give it costs.`);
}

/** What the publisher would reject must not lose the call. */
function checked(price: CallCost): CallCost {
  const { credits, units } = price;
  if (!Number.isSafeInteger(credits) || credits < 0 || credits > MAX_CREDITS) {
    throw new RangeError(`The credits are ${credits}: give a whole number from 0 to ${MAX_CREDITS}.`);
  }
  if (!Number.isSafeInteger(units) || units < 0) {
    throw new RangeError(`The units are ${units}: give a whole number of at least 0.`);
  }
  return price;
}

/** The price of a call whose own cannot be computed: a call that was answered is recorded, and not for nothing. */
export function fallbackPrice(answeredAt: number, costs: CostCatalogue | undefined): CallCost {
  try {
    return priceOf(answeredAt, costs);
  } catch {
    return ONE_CREDIT;
  }
}
