import type { BUDGET_SCOPES } from '../settings/guard-values.ts';

/**
 * What a limit applies to: the whole subscription, or the calls of a user, an app or a team. A call must fit all limits
 * that apply to it.
 */
export const SCOPES = ['org', 'user', 'app', 'team'] as const;
export type Scope = (typeof SCOPES)[number];
export type BudgetScope = (typeof BUDGET_SCOPES)[number];

/** A limit of a subscription; `name` is '' for the whole subscription. */
export interface LimitName {
  readonly scope: Scope;
  readonly name: string;
}

/** A limit below the subscription's. */
export interface BudgetName {
  readonly scope: BudgetScope;
  readonly name: string;
  /** The members of a team. */
  readonly users?: readonly string[] | undefined;
}

export const WHOLE: LimitName = { scope: 'org', name: '' };

export const keyOf = ({ scope, name }: LimitName): string => `${scope}:${name}`;

/** The limits that apply to a call, the subscription's first. */
export function limitsOf(
  budgets: readonly BudgetName[],
  { userId, appId }: { readonly userId: string; readonly appId: string },
): LimitName[] {
  const applying = budgets.filter(({ scope, name, users }) => {
    if (scope === 'user') return name === userId;
    return scope === 'app' ? name === appId : users?.includes(userId);
  });
  return [WHOLE, ...applying.map(({ scope, name }) => ({ scope, name }))];
}
