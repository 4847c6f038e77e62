import { highestRateOf } from '../../domain/alerts/amount-rule.ts';
import { measureBudgets, measureSpendingCap, type BudgetRule } from '../../domain/alerts/budget-rules.ts';
import type { Measured } from '../../domain/alerts/measured.ts';
import type { ClickHouseClient } from '../../platform/clickhouse/connect.ts';
import type { FactsRequest } from '../../store/alerts/read-facts.ts';
import type { Bill } from '../../store/statements/bill.ts';
import { readUsedOfLimits } from '../../store/usage/used-of-limits.ts';
import type { WatchedTerms } from './rules-of.ts';

export interface BudgetRequest {
  readonly facts: FactsRequest;
  readonly terms: WatchedTerms;
  /** Subjects with an open alert of the rule. */
  readonly open: readonly string[];
  /** Reads the bill of the period that contains the instant of the facts. */
  readonly readBill: () => Promise<Bill>;
}

/** Where a rule about budgets or the spending cap stands, by the figures of `GET /v1/orgs/{org}/budgets`. */
export async function measureBudgetRule(
  client: ClickHouseClient,
  rule: BudgetRule,
  { facts, terms, open, readBill }: BudgetRequest,
): Promise<Measured[]> {
  const { budgets, cap, catalogues } = terms;
  if (rule.kind === 'budget-share') {
    const used = await readUsedOfLimits(client, facts, budgets);
    return measureBudgets(
      rule,
      budgets.map(({ scope, name, credits }, index) => ({ scope, name, credits, used: used[index] ?? 0 })),
      open,
    );
  }
  if (cap === undefined) return [measureSpendingCap(rule, undefined)];
  const { currency, accrued, daysClosed } = await readBill();
  const highestRate = highestRateOf(catalogues.prices);
  return [
    measureSpendingCap(rule, { cap, accrued: { amount: accrued.amount, currency, highestRate, daysClosed } }),
  ];
}
