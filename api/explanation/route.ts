import { Type } from 'typebox';
import { billingPeriodsOf } from '../../domain/calendar/billing-periods.ts';
import type { OrgHistory } from '../../domain/settings/org-history.ts';
import { callsPath } from './calls-path.ts';
import type { Explanation } from '../../store/explain/explanation.ts';
import { NotAddingUpError, readExplanation } from '../../store/explain/read.ts';
import { readMoment } from '../../store/statements/moment.ts';
import { statementDay, type Moment, type StatementDay } from '../../store/statements/rows.ts';
import type { Sources } from '../dependencies.ts';
import { orgCalendar, readSubscription } from '../orgs/subscription.ts';
import { DateParameter } from '../parameters/date.ts';
import { OrgParams, ProductParameter } from '../parameters/org.ts';
import { RETRY_AFTER } from '../problems/clickhouse.ts';
import { Problem } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';
import { ExplanationAnswer, explanationAnswer } from './answer.ts';

const ExplanationQuery = Type.Object(
  {
    product: ProductParameter,
    top: Type.Integer({
      minimum: 1,
      maximum: 1_000,
      default: 10,
      description: 'how many users, apps, routes, endpoints and rules are listed',
    }),
  },
  { additionalProperties: false },
);

export function explanationRoute(app: ApiServer, sources: Sources): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/billing/days/:day/explanation',
    config: { access: 'read-billing' },
    schema: {
      summary: 'How a day’s charge was computed; each level adds up to the one above',
      params: Type.Object({ ...OrgParams.properties, day: DateParameter('the billing day') }),
      querystring: ExplanationQuery,
      response: { 200: ExplanationAnswer },
    },
    handler: async ({ params, query }) => {
      const requested = await readSubscription(sources, params.org, query.product);
      const day = orgCalendar(requested.org).dayByDate(params.day);
      if (day === undefined) {
        const detail = `${params.org} has no day ${params.day}: its time zone, or a change of time zone, skips this date.`;
        throw new Problem('not-found', detail);
      }
      try {
        const moment = await readMoment(sources, requested.catalogues);
        const explanation = await readExplanation(sources.clickhouse, { ...requested, day, top: query.top });
        return explanationAnswer(
          explanation,
          rowOf(requested.org, explanation, moment),
          callsPath(explanation),
        );
      } catch (error) {
        if (!(error instanceof NotAddingUpError)) throw error;
        throw new Problem('unavailable', error.message, { headers: RETRY_AFTER, cause: error });
      }
    },
  });
}

/** The row of the explained day in its statement. */
function rowOf(org: OrgHistory, { day, revisions, charge }: Explanation, moment: Moment): StatementDay {
  const period = billingPeriodsOf(orgCalendar(org), org.billingDay).periodOf(day.date);
  return statementDay({ day, period, charges: revisions, live: charge }, moment);
}
