import { DEFAULT_RULE } from '../../schemas/catalogues/costs.ts';
import type { CostRule, Costs } from '../../schemas/catalogues/costs.ts';
import { assertCredits } from './credits.ts';

/** What an event carries: its credits and the name of the rule that gave them. */
export interface CallCost {
  readonly credits: number;
  readonly rule: string;
}

export class UnknownCostRule extends Error {
  readonly code = 'unknown-cost-rule';
  constructor(rule: string, known: readonly string[]) {
    super(`There is no cost rule ${JSON.stringify(rule.slice(0, 128))}: use one of ${known.join(', ')}.`);
    this.name = 'UnknownCostRule';
  }
}

/**
 * What a call costs that was answered, not rejected (a 429 costs 0), by the costs in effect (domain.md, Catalogues).
 * @param units records, rows: what the rule counts; others ignore it
 * Throws UnknownCostRule, CreditsError.
 */
export function callCost(costs: Costs, rule: string = DEFAULT_RULE, units = 0): CallCost {
  assertCredits({ units });
  const found = costs.rules.find((each) => each.rule === rule);
  if (found === undefined)
    throw new UnknownCostRule(
      rule,
      costs.rules.map((each) => each.rule),
    );
  return { credits: creditsBy(found, units), rule };
}

function creditsBy(rule: CostRule, units: number): number {
  if (rule.kind === 'per_call') return rule.credits;
  // D: a call with no records at all still starts the first lot: no answered call is free.
  if (rule.kind === 'per_started') return rule.credits * Math.max(1, Math.ceil(units / rule.units));
  // D: beyond the last tier its credits hold: a call that was answered must be recorded, at a published price.
  const tier = rule.tiers.find(({ up_to }) => units <= up_to) ?? rule.tiers.at(-1);
  return tier?.credits ?? 0;
}
