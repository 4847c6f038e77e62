import { measureUsage } from '../../domain/alerts/usage-rules.ts';
import { isBudgetKind } from '../../domain/alerts/budget-rules.ts';
import { isSubjectKind } from '../../domain/alerts/subject-rules.ts';
import { shareOf } from '../../domain/alerts/measured.ts';
import type { WatchedTerms } from './rules-of.ts';

/**
 * How many more credits may land before a rule may be reached.
 * @param bound the most that is used, as far as it is known
 * @param isOpen whether the alert of a rule is raised already
 * @returns Infinity where no rule can be reached by landing
 */
export function headroomOf(
  { allowance, rules, budgets, cap }: WatchedTerms,
  bound: number,
  isOpen: (ruleId: string) => boolean,
): number {
  const total = allowance.included + allowance.additionalLimit;
  let headroom = Infinity;
  for (const rule of rules) {
    if (isSubjectKind(rule.kind)) {
      if (total > 0) headroom = Math.min(headroom, shareOf(total, rule.percent ?? 100) - bound);
    } else if (
      rule.kind === 'exhaustion' ||
      rule.kind === 'accrued-amount' ||
      rule.kind === 'projected-amount' ||
      (isBudgetKind(rule.kind) && (budgets.length > 0 || cap !== undefined))
    ) {
      // They depend on more than the bound shows.
      headroom = 0;
    } else if (!isOpen(rule.rule_id)) {
      headroom = Math.min(headroom, measureUsage(rule, allowance, bound)?.headroom ?? Infinity);
    }
  }
  return headroom;
}
