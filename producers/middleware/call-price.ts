import type { CallCost } from '../../schemas/call-event-fields.ts';
import { REJECTED_STATUS } from '../../schemas/event-rules.ts';
import { callCost, type CostCatalogue } from '../sdk/costs.ts';
import type { Cost } from './contract.ts';

const FREE: CallCost = { credits: 0, rule: '', units: 0 };
/** domain.md, Catalogues: a call costs 1 unless a rule says otherwise. */
const ONE_CREDIT: CallCost = { credits: 1, rule: '', units: 0 };

/**
 * The price of a call as an event records it.
 * @param answeredAt epoch milliseconds
 * @throws UnknownCostRuleError, EventRejectedError, RangeError where the cost cannot be computed
 */
export function priceOf(
  status: number,
  answeredAt: number,
  costs: CostCatalogue | undefined,
  cost: Exclude<Cost, 'later'> = {},
): CallCost {
  if (status === REJECTED_STATUS) return FREE;
  if (cost.credits !== undefined) {
    return { credits: cost.credits, rule: cost.rule ?? '', units: cost.units ?? 0 };
  }
  if (costs) return callCost(costs, answeredAt, cost.rule, cost.units);
  if (cost.rule === undefined) return ONE_CREDIT;
  throw new RangeError(
    `The cost names the rule ${cost.rule}, but the meter has no catalogue: give it costs.`,
  );
}

/** The price of a call whose own cannot be computed: a call that was answered is recorded, and not for nothing. */
export function fallbackPrice(
  status: number,
  answeredAt: number,
  costs: CostCatalogue | undefined,
): CallCost {
  try {
    return priceOf(status, answeredAt, costs);
  } catch {
    return ONE_CREDIT;
  }
}
