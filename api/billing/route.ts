import { Type } from 'typebox';
import { billingPeriodsOf, periodsBefore } from '../../domain/calendar/billing-periods.ts';
import type { Sources } from '../dependencies.ts';
import { orgCalendar, readSubscription, timeZoneAt } from '../orgs/subscription.ts';
import { Count } from '../parameters/counts.ts';
import { DateOfDay } from '../parameters/date.ts';
import { OrgParams, ProductParameter } from '../parameters/org.ts';
import type { ApiServer } from '../server.ts';
import { TermsAssumed } from '../settings/terms-assumed.ts';
import { BilledAnswer, billedAnswer } from './amounts.ts';
import { readBill } from '../../store/statements/bill.ts';
import { AdjustmentAnswer, adjustmentAnswer } from './days-answer.ts';

/** Of an answer that lists billing periods. */
export const PREVIOUS_PERIODS = 12;

const strict = { additionalProperties: false };
const dates = { from: DateOfDay, to: DateOfDay };

export const BillingAnswer = Type.Object(
  {
    org_id: Type.String(),
    product: Type.String(),
    currency: Type.String(),
    time_zone: Type.String(),
    period: Type.Object(dates, { ...strict, description: 'The current billing period, half-open.' }),
    previous_periods: Type.Array(Type.Object(dates, strict), {
      description: `The ${PREVIOUS_PERIODS} periods before it, the latest first.`,
    }),
    next_billing_date: DateOfDay,
    accrued: BilledAnswer,
    projected: BilledAnswer,
    today: Type.Object(
      { day: DateOfDay, ...BilledAnswer.properties },
      { ...strict, description: 'What `accrued` contains for the current day, as /billing/days shows it.' },
    ),
    days_closed: Count,
    adjustments: Type.Array(AdjustmentAnswer),
    terms_assumed: TermsAssumed,
  },
  strict,
);

export function billingRoute(app: ApiServer, sources: Sources): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/billing',
    config: { access: 'read-billing' },
    schema: {
      summary: 'The bill of the current period so far, and its projection',
      params: OrgParams,
      querystring: Type.Object({ product: ProductParameter }, strict),
      response: { 200: BillingAnswer },
    },
    handler: async ({ params, query }) => {
      const now = sources.now();
      const requested = await readSubscription(sources, params.org, query.product);
      const bill = await readBill({ ...sources, now: () => now }, requested);
      const { org } = requested;
      const periods = billingPeriodsOf(orgCalendar(org), org.billingDay);
      return {
        org_id: org.orgId,
        product: requested.subscription.product,
        currency: bill.currency,
        time_zone: timeZoneAt(org, now),
        period: { from: bill.period.from, to: bill.period.to },
        previous_periods: periodsBefore(periods, now, PREVIOUS_PERIODS).map(({ from, to }) => ({ from, to })),
        next_billing_date: bill.period.to,
        accrued: billedAnswer(bill.accrued),
        projected: billedAnswer(bill.projected),
        today: {
          day: bill.today.day.date,
          ...billedAnswer({ credits: bill.today.billedCredits, amount: bill.today.amount }),
        },
        days_closed: bill.daysClosed,
        adjustments: bill.adjustments.map((charge) => adjustmentAnswer(charge)),
        terms_assumed: requested.isAssumed,
      };
    },
  });
}
