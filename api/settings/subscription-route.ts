import { Type } from 'typebox';
import { AdditionalLimit, EditionName, Users } from '../../domain/settings/change-values.ts';
import { subscriptionOf } from '../../domain/settings/org-history.ts';
import { callerOf } from '../auth/guard.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { findOrg } from '../orgs/subscription.ts';
import { Instant } from '../parameters/instant.ts';
import { Name, OrgParams } from '../parameters/org.ts';
import { NoQuery } from '../parameters/no-query.ts';
import type { ApiServer } from '../server.ts';
import { changeAnswer, ChangeAnswer } from './change-answer.ts';
import {
  CHANGE_PROBLEMS,
  ChangeHeaders,
  effectiveProperty,
  reasonProperty,
  recordCommand,
} from './record.ts';
import { termsAt, termsProperties } from './settings-answer.ts';
import { formatInstant } from '../../domain/instants.ts';

const SubscriptionParams = Type.Object({ ...OrgParams.properties, product: Name('the product') });
const SubscriptionBody = Type.Object(
  {
    edition: EditionName,
    users: Users,
    additional_limit: Type.Optional(AdditionalLimit),
    ...effectiveProperty,
    ...reasonProperty,
  },
  { additionalProperties: false },
);
export const SubscriptionAnswer = Type.Object(
  {
    org_id: Type.String(),
    ...termsProperties,
    effective_at: Instant,
    recorded: ChangeAnswer,
  },
  { additionalProperties: false, description: 'The terms in effect from `effective_at` on.' },
);

/** Begins or changes an org's subscription. */
export function subscriptionRoute(app: ApiServer, sources: ApiDependencies): void {
  app.route({
    method: 'PUT',
    url: '/v1/orgs/:org/subscriptions/:product',
    config: { access: 'change-settings' },
    schema: {
      summary: 'Begin or change a subscription, now or later',
      description:
        'A new subscription may begin with an additional_limit, by default 0. Afterwards only the super admin sets it: leave it out, or repeat the current one.',
      params: SubscriptionParams,
      querystring: NoQuery,
      headers: ChangeHeaders,
      body: SubscriptionBody,
      response: { 200: SubscriptionAnswer, ...CHANGE_PROBLEMS },
    },
    handler: async (request) => {
      const { product } = request.params;
      const { effective_at, reason, ...value } = request.body;
      const { orgId } = findOrg(await sources.settings.refresh(), request.params.org);
      const outcome = await recordCommand(sources, callerOf(request), request.headers, {
        kind: 'subscription',
        org_id: orgId,
        product,
        value: { edition: value.edition, users: value.users, additional_limit: value.additional_limit },
        effective_at,
        reason,
      });
      const org = findOrg(await sources.settings.refresh(), orgId);
      const subscription = subscriptionOf(org, product);
      const terms = subscription && termsAt(subscription, outcome.effectiveAt);
      if (terms === undefined) throw new Error(`Change ${outcome.change.change_id} created no subscription.`);
      return {
        org_id: orgId,
        ...terms,
        effective_at: formatInstant(outcome.effectiveAt),
        recorded: changeAnswer(outcome),
      };
    },
  });
}
