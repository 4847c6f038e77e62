import { canonical, type Money } from '../money.ts';
import type { Budget } from '../gate/terms.ts';
import { measureAmount, type PeriodAmount } from './amount-rule.ts';
import { countText, creditThreshold, percentText, shareOf, standing, type Measured } from './measured.ts';
import type { AlertRule } from './rules.ts';

/** The rules about what is below a subscription's limit: the budgets of users, apps and teams, and the spending cap. */

const BUDGET_KINDS = ['budget-share', 'spending-cap-share'] as const;
export type BudgetKind = (typeof BUDGET_KINDS)[number];
export type BudgetRule = AlertRule & { readonly kind: BudgetKind };

export const isBudgetKind = (kind: string): kind is BudgetKind => BUDGET_KINDS.some((each) => each === kind);

/** A budget and what is used of it: the figures of `GET /v1/orgs/{org}/budgets`. */
export type UsedBudget = Pick<Budget, 'scope' | 'name' | 'credits'> & { readonly used: number };

/** Of no limit any share is reached, and an alert at it is resolved. */
const GONE = { isReached: false, isBelow: true, headroom: Infinity, excess: 0, value: '0' };

/**
 * Where the rule stands for each budget, and for those that have ended with an open alert.
 * @param open subjects with an open alert
 */
export function measureBudgets(
  { rule_id: ruleId, kind, percent = 100 }: BudgetRule,
  budgets: readonly UsedBudget[],
  open: readonly string[],
): Measured[] {
  const shared = { ruleId, kind, threshold: String(percent), unit: 'percent' };
  const measured = budgets.map(({ scope, name, credits, used }): Measured => {
    const share = percentText(used, credits);
    return {
      ...shared,
      ...(credits === 0 ? GONE : standing(used, creditThreshold(0, shareOf(credits, percent)))),
      subject: subjectOf({ scope, name }),
      value: share,
      message: `The ${scope} ${name} has used ${countText(used)} of the ${countText(credits)} credits of its budget (${share} %).`,
    };
  });
  const subjects = new Set(measured.map(({ subject }) => subject));
  for (const subject of open) {
    if (subjects.has(subject)) continue;
    measured.push({ ...shared, ...GONE, subject, message: `The budget of the ${subject} has ended.` });
  }
  return measured;
}

/** Like `user ann`. */
const subjectOf = ({ scope, name }: Pick<Budget, 'scope' | 'name'>): string => `${scope} ${name}`;

/**
 * Where the rule about the spending cap stands: the amount of the billing period by the cap.
 * @param accrued undefined where there is no cap
 */
export function measureSpendingCap(
  rule: BudgetRule,
  capped: { readonly cap: Money; readonly accrued: PeriodAmount } | undefined,
): Measured {
  const { rule_id: ruleId, kind, percent = 100 } = rule;
  const shared = { ruleId, kind, subject: '', threshold: String(percent), unit: 'percent' };
  const message = 'There is not a spending cap.';
  if (capped === undefined || capped.cap.isZero()) return { ...shared, ...GONE, message };
  const { cap, accrued } = capped;
  const amount = canonical(cap.times(percent).dividedBy(100));
  // To one decimal, rounded down, so that 100 is never shown of less.
  const share = accrued.amount.times(1_000).dividedToIntegerBy(cap).dividedBy(10);
  const { currency } = accrued;
  return {
    ...measureAmount({ ...rule, amount }, accrued),
    ...shared,
    value: canonical(share),
    message: `${canonical(accrued.amount)} of the ${canonical(cap)} ${currency} of the spending cap are spent (${canonical(share)} %).`,
  };
}
