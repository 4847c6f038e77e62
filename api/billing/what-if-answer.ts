import { Type, type Static } from 'typebox';
import { canonical, type Money } from '../../domain/money.ts';
import type { Billed } from '../../domain/pricing/bill.ts';
import type { DayCharge } from '../../domain/pricing/day-charge.ts';
import type { PeriodWhatIf } from '../../store/usage/read-what-if.ts';
import type { RequestedSubscription } from '../orgs/subscription.ts';
import { Credits } from '../parameters/counts.ts';
import { DateOfDay } from '../parameters/date.ts';
import { statementTotal } from '../../store/statements/adjustments.ts';
import { Amount, BilledAnswer, billedAnswer } from './amounts.ts';
import { BilledAsAdjustmentAnswer, billedAsAdjustmentAnswer } from './day-answer.ts';
import { sumByPeriod } from '../../store/statements/later.ts';
import type { StatementDay } from '../../store/statements/rows.ts';

const strict = { additionalProperties: false };

const WhatIfDay = Type.Union(
  [
    Type.Object(
      {
        included: Credits,
        additional_limit: Credits,
        billed_credits: Credits,
        over_limit: Credits,
        amount: Amount,
      },
      strict,
    ),
    Type.Null(),
  ],
  { description: 'Null where the product had no subscription on the day.' },
);
const WhatIfTotal = Type.Object({ billed_credits: Credits, amount: Amount, rounded_amount: Amount }, strict);

export const WhatIfAnswer = Type.Object(
  {
    org_id: Type.String(),
    product: Type.String(),
    currency: Type.String(),
    period: Type.Object(
      { from: DateOfDay, to: DateOfDay },
      { ...strict, description: 'The last completed billing period.' },
    ),
    days: Type.Array(
      Type.Object(
        {
          day: DateOfDay,
          used: Credits,
          as_it_was: WhatIfDay,
          as_it_would_be: WhatIfDay,
          billed_as_adjustment: Type.Array(BilledAsAdjustmentAnswer, {
            description: 'The part of `as_it_was` that the statements of later periods bill.',
          }),
        },
        { ...strict, description: 'From the calls known now: late calls count on their own day.' },
      ),
    ),
    as_it_was: WhatIfTotal,
    as_it_would_be: WhatIfTotal,
    billed: Type.Object(
      { in_own_statement: BilledAnswer, as_adjustment: Type.Array(BilledAsAdjustmentAnswer) },
      {
        ...strict,
        description:
          'How the bills divide `as_it_was`: the days in the statement of the period, and their adjustments in later ones. Calls that are not closed yet are in neither.',
      },
    ),
  },
  strict,
);

/** @param rows the period's days as its statement shows them */
export function whatIfAnswer(
  { org, subscription }: RequestedSubscription,
  answer: PeriodWhatIf,
  rows: readonly StatementDay[],
): Static<typeof WhatIfAnswer> {
  const { currency, period, days } = answer;
  const adjustments = new Map(rows.map((row) => [row.day.date, row.billedAsAdjustment]));
  return {
    org_id: org.orgId,
    product: subscription.product,
    currency,
    period: { from: period.from, to: period.to },
    days: days.map(({ day, asItWas, asItWouldBe }) => ({
      day: day.date,
      used: asItWas?.used ?? 0,
      as_it_was: dayAnswer(asItWas),
      as_it_would_be: dayAnswer(asItWouldBe),
      billed_as_adjustment: (adjustments.get(day.date) ?? []).map((part) => billedAsAdjustmentAnswer(part)),
    })),
    as_it_was: totalAnswer(answer.asItWas, answer.roundedAsItWas),
    as_it_would_be: totalAnswer(answer.asItWouldBe, answer.roundedAsItWouldBe),
    billed: {
      in_own_statement: billedAnswer(statementTotal(rows, [])),
      as_adjustment: sumByPeriod(rows.flatMap(({ billedAsAdjustment }) => billedAsAdjustment)).map((part) =>
        billedAsAdjustmentAnswer(part),
      ),
    },
  };
}

function dayAnswer(charge: DayCharge | undefined): Static<typeof WhatIfDay> {
  if (charge === undefined) return null;
  return {
    included: charge.included,
    additional_limit: charge.additionalLimit,
    billed_credits: charge.billed,
    over_limit: charge.overLimit,
    amount: canonical(charge.amount),
  };
}

function totalAnswer({ credits, amount }: Billed, rounded: Money): Static<typeof WhatIfTotal> {
  return { billed_credits: credits, amount: canonical(amount), rounded_amount: canonical(rounded) };
}
