import { Type } from 'typebox';
import { currentUsageOf } from '../../domain/usage/current-usage.ts';
import { readCredits } from '../../store/usage/read-credits.ts';
import type { Sources } from '../dependencies.ts';
import { orgCalendar } from '../orgs/subscription.ts';
import { Credits } from '../parameters/counts.ts';
import { OrgParams } from '../parameters/org.ts';
import type { ApiServer } from '../server.ts';
import { TermsAssumed } from '../settings/terms-assumed.ts';
import { BillableToday, billableToday } from './billable-today.ts';
import { subscriptionAt } from './subscription-at.ts';
import { AtQuery, describeWindow, liveProperties, storedPart, windowAt } from './window.ts';
import { readNewest } from '../usage/newest.ts';

/** The current usage of a subscription (domain.md, Windows and Terms). */
export const CreditsAnswer = Type.Object(
  {
    ...liveProperties,
    edition: Type.String(),
    included: Credits,
    additional_limit: Credits,
    total: Credits,
    used: Credits,
    unused: Credits,
    additional_used: Credits,
    over_limit: Credits,
    formula: Type.Object(
      { base: Credits, per_user: Credits, users: Credits, maximum: Type.Union([Credits, Type.Null()]) },
      { additionalProperties: false, description: 'included = min(maximum, base + per_user x users)' },
    ),
    billable_today: BillableToday,
    terms_assumed: TermsAssumed,
  },
  { additionalProperties: false },
);

export function creditsRoute(app: ApiServer, sources: Sources): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/credits',
    config: { access: 'read-credits' },
    schema: {
      summary: 'Credits of the rolling 24 hours',
      params: OrgParams,
      querystring: AtQuery,
      response: { 200: CreditsAnswer },
    },
    handler: async ({ params, query }) => {
      const window = windowAt(query.at, sources.now());
      const { settings, sealed, lagSeconds } = await readNewest(sources, params.org);
      const requested = { org: params.org, product: query.product };
      // The settings of that instant, the events known now.
      const found = subscriptionAt(settings, requested, window.to);
      const { orgId, product, allowance } = found;
      const day = orgCalendar(found.org).dayAt(window.to);
      // Calls dated ahead of now belong to today, but not to the window.
      const today = { from: day.from, to: query.at === undefined ? day.to : Math.min(day.to, window.to) };
      const intervals = [storedPart(window), storedPart(today)];
      const [used = 0, usedToday = 0] = await readCredits(
        sources.clickhouse,
        sealed,
        orgId,
        product,
        intervals,
      );
      const usage = currentUsageOf(allowance, used);
      return {
        ...describeWindow(orgId, product, window, lagSeconds),
        edition: allowance.edition,
        included: usage.included,
        additional_limit: usage.additionalLimit,
        total: usage.total,
        used: usage.used,
        unused: usage.unused,
        additional_used: usage.additionalUsed,
        over_limit: usage.overLimit,
        formula: allowance.formula,
        billable_today: billableToday(settings.catalogues, found, day, usedToday),
        terms_assumed: found.isAssumed,
      };
    },
  });
}
