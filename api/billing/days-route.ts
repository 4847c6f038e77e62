import type { Sources } from '../dependencies.ts';
import { readSubscription } from '../orgs/subscription.ts';
import { OrgParams } from '../parameters/org.ts';
import type { ApiServer } from '../server.ts';
import { BillingDaysAnswer, statementAnswer } from './days-answer.ts';
import { dateRangeOf, DaysQuery } from './days-query.ts';
import { readStatement } from '../../store/statements/statement.ts';

export function billingDaysRoute(app: ApiServer, sources: Sources): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/billing/days',
    config: { access: 'read-billing' },
    schema: {
      summary: 'Each day’s credits and charge',
      params: OrgParams,
      querystring: DaysQuery,
      response: { 200: BillingDaysAnswer },
    },
    handler: async ({ params, query }) => {
      const requested = await readSubscription(sources, params.org, query.product);
      const { org, subscription } = requested;
      const { from, to } = dateRangeOf(org, query, sources.now());
      const statement = await readStatement(sources, { ...requested, from, to });
      const { product } = subscription;
      return { org_id: org.orgId, product, from, to, ...statementAnswer(statement) };
    },
  });
}
