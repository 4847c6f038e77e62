import { Type } from 'typebox';

/**
 * Guards: what the gate enforces below the limit of a subscription. Budgets and teams, the cap of a month's spending,
 * and what the gate does at all.
 */
export const GUARD_KINDS = ['budget', 'team', 'spending-cap', 'gate'] as const;
export type GuardKind = (typeof GUARD_KINDS)[number];

/** What a budget is of. */
export const BUDGET_SCOPES = ['user', 'app', 'team'] as const;
export const MODES = ['enforce', 'dry-run', 'off'] as const;
export const WHEN_UNREACHABLE = ['admit', 'reject'] as const;

const strict = { additionalProperties: false };
const Name = Type.String({ minLength: 1, maxLength: 128 });
/** D: as many as the additional limit may be. */
export const BudgetCredits = Type.Integer({
  minimum: 0,
  maximum: 1_000_000_000,
  description: 'credits that any rolling 24 hours may use',
});
/** D: a team is a department, not a directory: each call of the organisation is compared with it. */
const MAX_TEAM_USERS = 500;
export const TeamUsers = Type.Array(Name, {
  maxItems: MAX_TEAM_USERS,
  uniqueItems: true,
  description: 'user ids of its members',
});
export const CapAmount = Type.String({
  pattern: '^\\d{1,9}(\\.\\d{1,6})?$',
  description: 'a decimal in the currency of the price book, with at most its minor unit’s decimals',
});
export const Mode = Type.Enum([...MODES], {
  description: 'enforce; dry-run counts what would have been rejected; off admits everything',
});
export const WhenUnreachable = Type.Enum([...WHEN_UNREACHABLE], {
  description: 'what API servers do with calls while no gate answers them',
});

/** The value of a change of kind `budget`; null ends it. */
export const BudgetValue = Type.Object(
  { scope: Type.Enum([...BUDGET_SCOPES]), name: Name, credits: Type.Union([BudgetCredits, Type.Null()]) },
  strict,
);
/** Of kind `team`, of all products; null dissolves it. */
export const TeamValue = Type.Object({ name: Name, users: Type.Union([TeamUsers, Type.Null()]) }, strict);
/** Of kind `spending-cap`: of a billing period; null removes it. */
export const SpendingCapValue = Type.Object({ amount: Type.Union([CapAmount, Type.Null()]) }, strict);
/** Of kind `gate`. */
export const GateValue = Type.Object(
  { mode: Mode, when_unreachable: Type.Union([WhenUnreachable, Type.Null()]) },
  strict,
);
