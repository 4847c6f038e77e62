import { parseCosts } from '../../domain/catalogues/costs.ts';
import { callCost as costOf } from '../call-cost.ts';
import type { CallCost } from '../../schemas/call-event-fields.ts';

/** What a call costs by this rule (domain.md, Catalogues). */
export type CostRule =
  /** The same for each call. */
  | { readonly rule: string; readonly kind: 'per_call'; readonly credits: number }
  /** So many credits for every started `units` units. */
  | { readonly rule: string; readonly kind: 'per_started'; readonly credits: number; readonly units: number }
  /** The credits of the first tier whose `up_to` the units do not exceed. */
  | {
      readonly rule: string;
      readonly kind: 'tiers';
      readonly tiers: { up_to: number; credits: number }[];
    };

/** The costs of calls, in effect from an instant until the next version's. */
export interface CostVersion {
  /** Epoch milliseconds. */
  readonly effectiveAt: number;
  readonly rules: readonly CostRule[];
}

export interface CostCatalogue {
  /** Sorted by effectiveAt, at least one. */
  readonly costs: readonly CostVersion[];
}

/**
 * The cost catalogue from JSON.
 * @param versions the `versions` of all pages that GET /v1/catalogues/costs answers
 * @throws InvalidCatalogueError with every problem
 */
export function readCosts(versions: unknown): CostCatalogue {
  return { costs: parseCosts(versions) };
}

/**
 * The cost of an answered call, to be spread into its event. A rejected call (429) costs 0 credits instead.
 * @param answeredAt epoch milliseconds: the costs in effect then apply
 * @param rule the name of a rule; by default the one for every call that no other rule covers
 * @param units the number of records or rows, for rules that count them
 * @throws UnknownCostRuleError, EventRejectedError if units is not a whole number of at least 0
 */
export function callCost(
  catalogue: CostCatalogue,
  answeredAt: number,
  rule?: string,
  units?: number,
): CallCost {
  return costOf(catalogue, answeredAt, rule, units);
}
