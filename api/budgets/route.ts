import { Type } from 'typebox';
import type { Sources } from '../dependencies.ts';
import { OrgParams, ProductParameter } from '../parameters/org.ts';
import type { ApiServer } from '../server.ts';
import { BudgetsAnswer } from './answer.ts';
import { readBudgets } from './read.ts';

export const ProductQuery = Type.Object({ product: ProductParameter }, { additionalProperties: false });

/** The budgets of a subscription: what is used of each, and what is left. Its history is that of the settings. */
export function budgetsRoute(app: ApiServer, sources: Sources): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/budgets',
    config: { access: 'read-budgets' },
    schema: {
      summary: 'Budgets of users, apps and teams, and the cap of a month’s spending',
      description: 'Who changed them, when and why is in GET /v1/orgs/{org}/settings/history.',
      params: OrgParams,
      querystring: ProductQuery,
      response: { 200: BudgetsAnswer },
    },
    handler: async ({ params, query }) =>
      readBudgets(sources, await sources.settings.refresh(), params.org, query.product),
  });
}
