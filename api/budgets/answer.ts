import { Type, type Static } from 'typebox';
import { BUDGET_SCOPES, Mode, WhenUnreachable } from '../../domain/settings/guard-values.ts';
import { Amount } from '../billing/amounts.ts';
import { Credits } from '../parameters/counts.ts';
import { Instant } from '../parameters/instant.ts';

const strict = { additionalProperties: false };

export const BudgetAnswer = Type.Object(
  {
    scope: Type.Enum([...BUDGET_SCOPES]),
    name: Type.String(),
    credits: Type.Integer({ minimum: 0, description: 'as set; the limit of the subscription holds, too' }),
    used: Credits,
    left: Type.Integer({ minimum: 0, description: 'of the budget and of the subscription: the smaller one' }),
    users: Type.Optional(Type.Array(Type.String(), { description: 'the members of the team' })),
  },
  strict,
);

/** The budgets of a subscription, with what is used and left of them in the rolling 24 hours. */
export const BudgetsAnswer = Type.Object(
  {
    org_id: Type.String(),
    product: Type.String(),
    as_of: Instant,
    gate: Type.Object(
      { mode: Mode, when_unreachable: Type.Union([WhenUnreachable, Type.Null()]) },
      { ...strict, description: 'whether API servers with the gate enforce the limits' },
    ),
    total: Credits,
    used: Credits,
    left: Credits,
    budgets: Type.Array(BudgetAnswer),
    teams: Type.Array(Type.Object({ name: Type.String(), users: Type.Array(Type.String()) }, strict)),
    spending_cap: Type.Union([
      Type.Object(
        {
          amount: Amount,
          currency: Type.String(),
          period: Type.Object({ from: Type.String(), to: Type.String() }, strict),
          spent: Amount,
          left: Amount,
        },
        { ...strict, description: 'what the current billing period may cost' },
      ),
      Type.Null(),
    ]),
  },
  strict,
);
export type BudgetsAnswer = Static<typeof BudgetsAnswer>;
