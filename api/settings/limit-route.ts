import { Type } from 'typebox';
import { AdditionalLimit } from '../../aggregator/settings/apply-org.ts';
import type { SettingsState } from '../../aggregator/settings/state.ts';
import { inEffectAt, inEffectDuring } from '../../schemas/versions.ts';
import { callerOf } from '../auth/guard.ts';
import { Credits } from '../billing/amounts.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { chooseSubscription, findOrg, noSubscription } from '../orgs/subscription.ts';
import { formatInstant, Instant } from '../parameters/instant.ts';
import { OrgParams, ProductParameter } from '../parameters/org.ts';
import { answer } from '../problems/schema.ts';
import type { ApiServer } from '../server.ts';
import {
  AddedToday,
  addedToday,
  LaterLimits,
  limitOf,
  limitProperties,
  WorstCase,
  worstCase,
} from './limit-answer.ts';
import { ChangeHeaders, reasonProperty, recordWish } from './record.ts';

const URL = '/v1/orgs/:org/additional-limit';
const ProductQuery = Type.Object({ product: ProductParameter }, { additionalProperties: false });
const LimitBody = Type.Object(
  { credits: AdditionalLimit, ...reasonProperty },
  { additionalProperties: false },
);

const subscriptionProperties = { org_id: Type.String(), product: Type.String() };
export const LimitAnswer = Type.Object(
  { ...subscriptionProperties, ...limitProperties, worst_case: WorstCase, later: LaterLimits },
  { additionalProperties: false },
);
export const LimitSetAnswer = Type.Object(
  {
    ...subscriptionProperties,
    ...limitProperties,
    worst_case: WorstCase,
    today: AddedToday,
    in_effect: Type.Object(
      { credits: Credits, effective_at: Instant },
      {
        additionalProperties: false,
        description: 'What holds now: another limit than this one where another change has come since.',
      },
    ),
  },
  { additionalProperties: false },
);

/** The additional limit: what an org's super admin allows beyond the included credits, and what it may cost. */
export function additionalLimitRoutes(app: ApiServer, sources: ApiDependencies): void {
  app.route({
    method: 'GET',
    url: URL,
    config: { access: 'read-additional-limit' },
    schema: {
      summary: 'The additional limit and what it may cost',
      params: OrgParams,
      querystring: ProductQuery,
      response: { 200: LimitAnswer },
    },
    handler: async ({ params, query }) => {
      const settings = await sources.settings.refresh();
      const org = findOrg(settings, params.org);
      const { product } = chooseSubscription(org, query.product);
      const limits = limitsOf(settings, org.orgId, product);
      const now = sources.now();
      const current = inEffectAt(limits, now);
      if (current === undefined) throw noSubscription(`The subscription of ${product} has not begun.`);
      return {
        org_id: org.orgId,
        product,
        ...limitOf(current),
        worst_case: worstCase(org, settings.catalogues, current.value, now),
        later: inEffectDuring(limits, now, Number.MAX_SAFE_INTEGER)
          .filter(({ effectiveAt }) => effectiveAt > now)
          .map((version) => limitOf(version)),
      };
    },
  });

  app.route({
    method: 'PUT',
    url: URL,
    config: { access: 'set-additional-limit' },
    schema: {
      summary: 'Set the additional limit, effective at once',
      description:
        'Of changes at the same time the last one in the log holds. A raised limit holds for the whole current local day; a lowered one does not lower today’s.',
      params: OrgParams,
      querystring: ProductQuery,
      headers: ChangeHeaders,
      body: LimitBody,
      response: { 200: LimitSetAnswer, 409: answer('The idempotency key is another change’s') },
    },
    handler: async (request) => {
      const { params, query, body, headers } = request;
      const before = findOrg(await sources.settings.refresh(), params.org);
      const { product } = chooseSubscription(before, query.product);
      const outcome = await recordWish(sources, callerOf(request), headers, {
        kind: 'subscription',
        org_id: before.orgId,
        product,
        value: { additional_limit: body.credits },
        reason: body.reason,
      });

      const settings = await sources.settings.refresh();
      const { change, effectiveAt } = outcome;
      const org = findOrg(settings, change.org_id);
      const fields = settings.fields(org.orgId);
      const limits = limitsOf(settings, org.orgId, product);
      const set = limits.find(({ offset }) => offset === change.offset);
      // The brokers' clock may be ahead of this one.
      const current = inEffectAt(limits, Math.max(sources.now(), effectiveAt));
      if (fields === undefined || set === undefined || current === undefined) {
        throw new Error(`The limit of change ${change.change_id} is not in the settings.`);
      }
      const { catalogues } = settings;
      return {
        org_id: org.orgId,
        product,
        ...limitOf(set),
        worst_case: worstCase(org, catalogues, set.value, effectiveAt),
        today: await addedToday(sources, { org, fields, catalogues }, outcome, set.value),
        in_effect: { credits: current.value, effective_at: formatInstant(current.effectiveAt) },
      };
    },
  });
}

const limitsOf = (settings: SettingsState, orgId: string, product: string) =>
  settings.fields(orgId)?.subscriptions.get(product)?.additionalLimit ?? [];
