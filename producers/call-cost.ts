import { costsAt, type Catalogues } from '../domain/catalogues/catalogues.ts';
import { DEFAULT_RULE, type CostRule } from '../domain/catalogues/costs.ts';
import type { CallCost } from '../schemas/call-event-fields.ts';
import { EventRejectedError, UnknownCostRuleError } from './errors.ts';

/**
 * The cost of an answered call by the costs in effect (domain.md, Catalogues). A rejected call (429) costs 0 instead.
 * @param catalogues the versions of GET /v1/catalogues/costs, read by parseCosts
 * @param answeredAt epoch milliseconds
 * @param units the number of records or rows, for rules that count them
 * @throws UnknownCostRuleError, EventRejectedError
 */
export function callCost(
  catalogues: Pick<Catalogues, 'costs'>,
  answeredAt: number,
  rule: string = DEFAULT_RULE,
  units = 0,
): CallCost {
  if (!Number.isSafeInteger(units) || units < 0) {
    throw new EventRejectedError('shape', `units is ${units} but must be a whole number of at least 0`);
  }
  const { rules } = costsAt(catalogues, answeredAt);
  const found = rules.find((each) => each.rule === rule);
  if (found !== undefined) return { credits: creditsBy(found, units), rule, units };
  throw new UnknownCostRuleError(
    rule,
    rules.map((each) => each.rule),
  );
}

function creditsBy(rule: CostRule, units: number): number {
  if (rule.kind === 'per_call') return rule.credits;
  // D: a call without records still starts the first lot, so no answered call is free.
  if (rule.kind === 'per_started') return rule.credits * Math.max(1, Math.ceil(units / rule.units));
  // D: beyond the last tier its credits apply: an answered call must be recorded, at a published price.
  const tier = rule.tiers.find(({ up_to }) => units <= up_to) ?? rule.tiers.at(-1);
  return tier?.credits ?? 0;
}
