import { Type } from 'typebox';
import { addDays } from '../../aggregator/calendar/dates.ts';
import type { Sources } from '../dependencies.ts';
import { orgCalendar, readSubscription } from '../orgs/subscription.ts';
import { DateParameter } from '../parameters/date.ts';
import { OrgParams, ProductParameter } from '../parameters/org.ts';
import { checkDateRange } from '../parameters/range.ts';
import type { ApiServer } from '../server.ts';
import { BillingDaysAnswer, statementAnswer } from './days-answer.ts';
import { readStatement } from './statement.ts';

const DEFAULT_DAYS = 30;

const BillingDaysQuery = Type.Object(
  {
    from: Type.Optional(DateParameter(`the first date, ${DEFAULT_DAYS} days before \`to\` if left out`)),
    to: Type.Optional(DateParameter('the end, exclusive, tomorrow if left out')),
    product: ProductParameter,
  },
  { additionalProperties: false },
);

export function billingDaysRoute(app: ApiServer, sources: Sources): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/billing/days',
    config: { access: 'read-billing' },
    schema: {
      summary: 'Each day’s credits and charge',
      params: OrgParams,
      querystring: BillingDaysQuery,
      response: { 200: BillingDaysAnswer },
    },
    handler: async ({ params, query }) => {
      const asked = await readSubscription(sources, params.org, query.product);
      const { org, subscription } = asked;
      const today = orgCalendar(org).dayAt(sources.now()).date;
      const to = query.to ?? addDays(today, 1);
      const from = query.from ?? addDays(to, -DEFAULT_DAYS);
      checkDateRange(from, to);
      const statement = await readStatement(sources, { ...asked, from, to });
      const { product } = subscription;
      return { org_id: org.orgId, product, from, to, ...statementAnswer(statement) };
    },
  });
}
