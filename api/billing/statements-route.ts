import { Type } from 'typebox';
import { billingPeriodsOf, periodsBefore } from '../../domain/calendar/billing-periods.ts';
import { canonical } from '../../domain/money.ts';
import type { Sources } from '../dependencies.ts';
import { orgCalendar, readSubscription } from '../orgs/subscription.ts';
import { DateOfDay } from '../parameters/date.ts';
import { OrgParams, ProductParameter } from '../parameters/org.ts';
import type { ApiServer } from '../server.ts';
import { Amount } from './amounts.ts';
import { PREVIOUS_PERIODS } from './route.ts';
import type { StatementDay } from '../../store/statements/rows.ts';
import { readStatements, type Statement } from '../../store/statements/statement.ts';

const strict = { additionalProperties: false };

export const StatementsAnswer = Type.Object(
  {
    org_id: Type.String(),
    product: Type.String(),
    currency: Type.String(),
    statements: Type.Array(
      Type.Object(
        {
          from: DateOfDay,
          to: DateOfDay,
          status: Type.Enum(['open', 'closed', 'final'], {
            description: 'open while a day of it is, final once none of it can change any more.',
          }),
          billed_credits: Type.Integer(),
          amount: Amount,
          rounded_amount: Amount,
        },
        strict,
      ),
      {
        description: `The current billing period and the ${PREVIOUS_PERIODS} before it, the latest first, each with the total of /billing/days. Without periods in which the product had no subscription.`,
      },
    ),
  },
  strict,
);

export function statementsRoute(app: ApiServer, sources: Sources): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/billing/statements',
    config: { access: 'read-billing' },
    schema: {
      summary: 'The totals of the current billing period and of those before it',
      params: OrgParams,
      querystring: Type.Object({ product: ProductParameter }, strict),
      response: { 200: StatementsAnswer },
    },
    handler: async ({ params, query }) => {
      const now = sources.now();
      const requested = await readSubscription(sources, params.org, query.product);
      const { org, subscription } = requested;
      const periods = billingPeriodsOf(orgCalendar(org), org.billingDay);
      const current = periods.periodAt(now);
      const before = periodsBefore(periods, now, PREVIOUS_PERIODS);
      const whole = { from: before.at(-1)?.from ?? current.from, to: current.to };
      const statementOf = await readStatements({ ...sources, now: () => now }, requested, whole);
      const all = [current, ...before].map(({ from, to }) => ({
        from,
        to,
        statement: statementOf({ from, to }),
      }));
      return {
        org_id: org.orgId,
        product: subscription.product,
        currency: statementOf(whole).currency,
        statements: all
          .filter(({ statement }) => isSubscribed(statement))
          .map(({ from, to, statement: { days, total, rounded } }) => ({
            from,
            to,
            status: statusOf(days),
            billed_credits: total.credits,
            amount: canonical(total.amount),
            rounded_amount: canonical(rounded ?? total.amount),
          })),
      };
    },
  });
}

/** Adjustments count as well: a subscription may have ended before the period that bills its last ones. */
const isSubscribed = ({ days, adjustments }: Statement): boolean =>
  adjustments.length > 0 || days.some((day) => day.isSubscribed);

function statusOf(days: readonly StatementDay[]): StatementDay['status'] {
  if (days.every(({ status }) => status === 'final')) return 'final';
  return days.some(({ status }) => status === 'open') ? 'open' : 'closed';
}
