import { Type, type Static } from 'typebox';
import { AdditionalLimit, EditionName, Users } from '../../domain/settings/change-values.ts';
import { readWhatIf, type PeriodWhatIf } from '../../store/usage/read-what-if.ts';
import { UnknownEditionError } from '../../domain/catalogues/catalogues.ts';
import type { Sources } from '../dependencies.ts';
import { readSubscription, type RequestedSubscription } from '../orgs/subscription.ts';
import { OrgParams, ProductParameter } from '../parameters/org.ts';
import { invalidParameter, Problem } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';
import { readStatement } from '../../store/statements/statement.ts';
import { WhatIfAnswer, whatIfAnswer } from './what-if-answer.ts';

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
      const now = sources.now();
      const answer = await readUnderTerms({ ...sources, now: () => now }, requested, query);
      const { from, to } = answer.period;
      const { days } = await readStatement({ ...sources, now: () => now }, { ...requested, from, to });
      return whatIfAnswer(requested, answer, days);
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
