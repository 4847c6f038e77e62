import { Type, type Static } from 'typebox';
import { billingPeriodsOf } from '../../domain/calendar/billing-periods.ts';
import { OrgValue } from '../../domain/settings/change-values.ts';
import { formatInstant } from '../../domain/instants.ts';
import type { Calendar } from '../../domain/calendar/calendar.ts';
import type { Day } from '../../domain/calendar/zone-days.ts';
import type { Catalogues } from '../../domain/catalogues/catalogues.ts';
import type { OrgHistory } from '../../domain/settings/org-history.ts';
import type { Sources } from '../dependencies.ts';
import { findOrg, orgCalendar } from '../orgs/subscription.ts';
import { DateOfDay } from '../parameters/date.ts';
import { Instant } from '../parameters/instant.ts';
import { OrgParams } from '../parameters/org.ts';
import type { ApiServer } from '../server.ts';
import { WorstCase, worstCase } from './limit-cost.ts';
import { settingsAfter } from './preview.ts';
import { termsAt } from './settings-answer.ts';

const strict = { additionalProperties: false };
const DayAnswer = Type.Object({ day: DateOfDay, from: Instant, to: Instant }, strict);
const PeriodAnswer = Type.Object(
  { from: DateOfDay, to: DateOfDay, days: Type.Integer({ minimum: 1 }) },
  strict,
);
const DatesAnswer = Type.Object(
  {
    today: DayAnswer,
    tomorrow: DayAnswer,
    period: PeriodAnswer,
    next_period: PeriodAnswer,
    next_period_worst_cases: Type.Array(
      Type.Object({ product: Type.String(), worst_case: WorstCase }, strict),
    ),
  },
  strict,
);

export const SettingsPreviewAnswer = Type.Object(
  { org_id: Type.String(), as_it_is: DatesAnswer, as_it_would_be: DatesAnswer },
  { ...strict, description: 'The billing days and periods without the change and with it.' },
);

/** What a change of the time zone or of the billing day would do to the billing days and periods. */
export function settingsPreviewRoute(app: ApiServer, sources: Sources): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/settings/preview',
    config: { access: 'read-settings' },
    schema: {
      summary: 'What another time zone or billing day would change; records nothing',
      params: OrgParams,
      querystring: Type.Object(OrgValue.properties, {
        ...strict,
        description: 'At least one of time_zone and billing_day.',
      }),
      response: { 200: SettingsPreviewAnswer },
    },
    handler: async ({ params, query: { time_zone, billing_day } }) => {
      const settings = await sources.settings.refresh();
      const now = sources.now();
      const org = findOrg(settings, params.org);
      const command = { kind: 'org', org_id: org.orgId, product: '', value: { time_zone, billing_day } };
      const after = settingsAfter(settings, command, now);
      return {
        org_id: org.orgId,
        as_it_is: datesOf(settings.catalogues, org, now),
        as_it_would_be: datesOf(settings.catalogues, findOrg(after, org.orgId), now),
      };
    },
  });
}

function datesOf(catalogues: Catalogues, org: OrgHistory, now: number): Static<typeof DatesAnswer> {
  const calendar = orgCalendar(org);
  const periods = billingPeriodsOf(calendar, org.billingDay);
  const today = calendar.dayAt(now);
  const period = periods.periodAt(now);
  const next = periods.periodOf(period.to);
  return {
    today: dayAnswer(today),
    tomorrow: dayAnswer(calendar.dayAt(today.to)),
    period: periodAnswer(calendar, period),
    next_period: periodAnswer(calendar, next),
    next_period_worst_cases: org.subscriptions.flatMap((subscription) => {
      const terms = termsAt(subscription, now);
      if (terms === undefined) return [];
      const worst = worstCase(org, catalogues, terms.additional_limit, next.fromInstant);
      return [{ product: terms.product, worst_case: worst }];
    }),
  };
}

const dayAnswer = ({ date, from, to }: Day): Static<typeof DayAnswer> => ({
  day: date,
  from: formatInstant(from),
  to: formatInstant(to),
});

const periodAnswer = (
  calendar: Calendar,
  { from, to }: { readonly from: string; readonly to: string },
): Static<typeof PeriodAnswer> => ({ from, to, days: calendar.daysByDates(from, to).length });
