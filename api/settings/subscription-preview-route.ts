import { Type, type Static } from 'typebox';
import { AdditionalLimit, EditionName, Users } from '../../domain/settings/change-values.ts';
import { allowanceAt, allowanceOfDay } from '../../domain/pricing/allowance.ts';
import { subscriptionOf } from '../../domain/settings/org-history.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import type { Sources } from '../dependencies.ts';
import { findOrg, orgCalendar } from '../orgs/subscription.ts';
import { Credits } from '../parameters/counts.ts';
import { DateOfDay } from '../parameters/date.ts';
import { Name, OrgParams } from '../parameters/org.ts';
import type { ApiServer } from '../server.ts';
import { WorstCase, worstCase } from './limit-cost.ts';
import { settingsAfter } from './preview.ts';

const strict = { additionalProperties: false };
const TermsAnswer = Type.Object(
  {
    edition: Type.String(),
    users: Type.Integer({ minimum: 0 }),
    included: Credits,
    additional_limit: Credits,
    worst_case: WorstCase,
    today: Type.Object(
      { day: DateOfDay, included: Credits },
      {
        ...strict,
        description:
          'The highest included credits in effect at any instant of the day: they apply to all of it.',
      },
    ),
  },
  strict,
);

export const SubscriptionPreviewAnswer = Type.Object(
  {
    org_id: Type.String(),
    product: Type.String(),
    as_it_is: Type.Union([TermsAnswer, Type.Null()], { description: 'Null before the subscription begins.' }),
    as_it_would_be: TermsAnswer,
  },
  strict,
);

/** What another edition or other users would change. */
export function subscriptionPreviewRoute(app: ApiServer, sources: Sources): void {
  app.route({
    method: 'GET',
    url: '/v1/orgs/:org/subscriptions/:product/preview',
    config: { access: 'read-settings' },
    schema: {
      summary: 'What another edition or other users would change; records nothing',
      params: Type.Object({ ...OrgParams.properties, product: Name('the product') }),
      querystring: Type.Object(
        {
          edition: EditionName,
          users: Users,
          additional_limit: Type.Optional(
            Type.Integer({ ...AdditionalLimit, description: 'the first limit of a new subscription' }),
          ),
        },
        strict,
      ),
      response: { 200: SubscriptionPreviewAnswer },
    },
    handler: async ({ params: { org, product }, query: value }) => {
      const settings = await sources.settings.refresh();
      const now = sources.now();
      const { orgId } = findOrg(settings, org);
      const command = { kind: 'subscription', org_id: orgId, product, value };
      const after = settingsAfter(settings, command, now);
      const would = termsOf(after, orgId, product, now);
      if (would === null) throw new Error(`The previewed subscription of ${product} has not begun.`);
      return {
        org_id: orgId,
        product,
        as_it_is: termsOf(settings, orgId, product, now),
        as_it_would_be: would,
      };
    },
  });
}

function termsOf(
  settings: SettingsState,
  orgId: string,
  product: string,
  now: number,
): Static<typeof TermsAnswer> | null {
  const org = findOrg(settings, orgId);
  const { catalogues } = settings;
  const subscription = subscriptionOf(org, product);
  const allowance = subscription && allowanceAt(catalogues, subscription, now);
  if (subscription === undefined || allowance === undefined) return null;
  const day = orgCalendar(org).dayAt(now);
  return {
    edition: allowance.edition,
    users: allowance.formula.users,
    included: allowance.included,
    additional_limit: allowance.additionalLimit,
    worst_case: worstCase(org, catalogues, allowance.additionalLimit, now),
    today: {
      day: day.date,
      included: allowanceOfDay(catalogues, subscription, day)?.included ?? allowance.included,
    },
  };
}
