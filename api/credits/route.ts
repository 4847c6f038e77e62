import { Type } from 'typebox';
import { currentUsageOf } from '../../domain/usage/current-usage.ts';
import type { Day } from '../../domain/calendar/zone-days.ts';
import { CurrentCredits, type Begun } from '../../store/usage/current-credits.ts';
import type { CreditsRequest } from '../../store/usage/read-credits.ts';
import type { Settings, Sources } from '../dependencies.ts';
import { orgCalendar } from '../orgs/subscription.ts';
import { Credits } from '../parameters/counts.ts';
import { OrgParams } from '../parameters/org.ts';
import { Problem } from '../problems/problem.ts';
import type { ApiServer } from '../server.ts';
import { TermsAssumed } from '../settings/terms-assumed.ts';
import { BillableToday, billableToday } from './billable-today.ts';
import { subscriptionAt, type SubscriptionAt } from './subscription-at.ts';
import { AtQuery, describeWindow, liveProperties, storedPart, windowAt, type Window } from './window.ts';
import { lagOf, readNewest } from '../usage/newest.ts';

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

interface Reading {
  readonly found: SubscriptionAt;
  readonly day: Day;
  readonly request: CreditsRequest;
}

/** What to read by these settings: the settings of that instant, the events known now. */
function readingOf(
  settings: Settings,
  requested: { readonly org: string; readonly product: string | undefined },
  window: Window,
  isPast: boolean,
): Reading {
  const found = subscriptionAt(settings, requested, window.to);
  const { orgId, product } = found;
  const day = orgCalendar(found.org).dayAt(window.to);
  // Calls dated ahead of now belong to today, but not to the window.
  const today = { from: day.from, to: isPast ? Math.min(day.to, window.to) : day.to };
  return { found, day, request: { orgId, product, intervals: [storedPart(window), storedPart(today)] } };
}

export function creditsRoute(app: ApiServer, sources: Sources): void {
  const credits = new CurrentCredits(sources.clickhouse);

  /** Begins by the settings that are known: the newest ones are being read at the same time. */
  function begin(known: Settings | undefined, readingBy: (by: Settings) => Reading): Begun | undefined {
    if (known === undefined) return undefined;
    try {
      return credits.begin(readingBy(known).request);
    } catch (error) {
      // By these settings there is nothing to read, as for an unknown organisation: the newest ones decide.
      if (error instanceof Problem) return undefined;
      throw error;
    }
  }

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
      const requested = { org: params.org, product: query.product };
      const readingBy = (by: Settings): Reading => readingOf(by, requested, window, query.at !== undefined);
      const begun = begin(sources.settings.known(), readingBy);
      const { settings, ...basis } = await readNewest(sources, params.org);
      const { found, day, request } = readingBy(settings);
      const { credits: sums, watermark } = await credits.read(request, basis, begun);
      const [used = 0, usedToday = 0] = sums;
      const { orgId, product, allowance } = found;
      const usage = currentUsageOf(allowance, used);
      return {
        ...describeWindow(orgId, product, window, lagOf(basis, watermark)),
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
