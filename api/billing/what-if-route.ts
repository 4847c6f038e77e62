import { Type, type Static } from 'typebox';
import type { Billed } from '../../domain/pricing/bill.ts';
import type { DayCharge } from '../../domain/pricing/day-charge.ts';
import { AdditionalLimit, EditionName, Users } from '../../domain/settings/change-values.ts';
import { readWhatIf, type PeriodWhatIf } from '../../store/usage/read-what-if.ts';
import { UnknownEditionError } from '../../domain/catalogues/catalogues.ts';
import { canonical, type Money } from '../../domain/money.ts';
import type { Sources } from '../dependencies.ts';
import { readSubscription, type RequestedSubscription } from '../orgs/subscription.ts';
import { Credits } from '../parameters/counts.ts';
import { DateOfDay } from '../parameters/date.ts';
import { OrgParams, ProductParameter } from '../parameters/org.ts';
import { invalidParameter, Problem } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';
import { Amount } from './amounts.ts';

const strict = { additionalProperties: false };

const WhatIfQuery = Type.Object(
  {
    product: ProductParameter,
    edition: Type.Optional(EditionName),
    users: Type.Optional(Users),
    additional_limit: Type.Optional(AdditionalLimit),
  },
  strict,
);
type WhatIfQuery = Static<typeof WhatIfQuery>;

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
        { day: DateOfDay, used: Credits, as_it_was: WhatIfDay, as_it_would_be: WhatIfDay },
        { ...strict, description: 'From the calls known now: late calls count on their own day.' },
      ),
    ),
    as_it_was: WhatIfTotal,
    as_it_would_be: WhatIfTotal,
  },
  strict,
);

export function whatIfRoute(app: ApiServer, sources: Sources): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/billing/what-if',
    config: { access: 'read-billing' },
    schema: {
      summary: 'What the last period’s usage would have cost under other terms; omitted terms stay unchanged',
      params: OrgParams,
      querystring: WhatIfQuery,
      response: { 200: WhatIfAnswer },
    },
    handler: async ({ params, query }) => {
      const requested = await readSubscription(sources, params.org, query.product);
      return whatIfAnswer(requested, await readUnderTerms(sources, requested, query));
    },
  });
}

/** Throws the Problem `invalid-request` without any terms, and for an edition that the product does not have. */
async function readUnderTerms(
  { clickhouse, now }: Sources,
  requested: RequestedSubscription,
  { edition, users, additional_limit: additionalLimit }: WhatIfQuery,
): Promise<PeriodWhatIf> {
  const otherTerms = {
    ...(edition !== undefined && { edition }),
    ...(users !== undefined && { users }),
    ...(additionalLimit !== undefined && { additionalLimit }),
  };
  if (Object.keys(otherTerms).length === 0) {
    const names = ['edition', 'users', 'additional_limit'];
    throw new Problem('invalid-request', `Specify at least one of ${names.join(', ')}.`, {
      errors: names.map((parameter) => ({ parameter, detail: 'is missing; at least one is required' })),
    });
  }
  try {
    return await readWhatIf(clickhouse, { ...requested, otherTerms }, now());
  } catch (error) {
    if (error instanceof UnknownEditionError)
      throw invalidParameter('edition', `is unknown. ${error.message}`);
    throw error;
  }
}

function whatIfAnswer(
  { org, subscription }: RequestedSubscription,
  answer: PeriodWhatIf,
): Static<typeof WhatIfAnswer> {
  const { currency, period, days } = answer;
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
    })),
    as_it_was: totalAnswer(answer.asItWas, answer.roundedAsItWas),
    as_it_would_be: totalAnswer(answer.asItWouldBe, answer.roundedAsItWouldBe),
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
