import { Type } from 'typebox';
import { AdditionalLimit } from '../../domain/settings/change-values.ts';
import { callerOf } from '../auth/guard.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { chooseBegun, findOrg } from '../orgs/subscription.ts';
import { OrgParams, ProductParameter } from '../parameters/org.ts';
import type { ApiServer } from '../server.ts';
import { LimitAnswer, limitAnswer, limitPreview, LimitSetAnswer, limitSetAnswer } from './limit-answer.ts';
import { CHANGE_PROBLEMS, ChangeHeaders, reasonProperty, recordCommand } from './record.ts';

const URL = '/v1/orgs/:org/additional-limit';
const ProductQuery = Type.Object({ product: ProductParameter }, { additionalProperties: false });
const LimitQuery = Type.Object(
  {
    product: ProductParameter,
    credits: Type.Optional(
      Type.Integer({
        ...AdditionalLimit,
        description: 'a limit to preview: the answer says what it costs and what becomes billable today',
      }),
    ),
  },
  { additionalProperties: false },
);
const LimitBody = Type.Object(
  { credits: AdditionalLimit, ...reasonProperty },
  { additionalProperties: false },
);

/** The additional limit, which the org's super admin sets, and what it may cost. */
export function additionalLimitRoutes(app: ApiServer, sources: ApiDependencies): void {
  app.route({
    method: 'GET',
    url: URL,
    config: { access: 'read-additional-limit' },
    schema: {
      summary: 'The additional limit and what it may cost',
      params: OrgParams,
      querystring: LimitQuery,
      response: { 200: LimitAnswer },
    },
    handler: async ({ params, query }) => {
      const settings = await sources.settings.refresh();
      const now = sources.now();
      const org = findOrg(settings, params.org);
      const subscription = chooseBegun(org, query.product, now);
      const answer = limitAnswer(settings, params.org, subscription.product, now);
      if (query.credits === undefined) return answer;
      return {
        ...answer,
        preview: await limitPreview(sources, settings, { org, subscription }, query.credits),
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
        'Of simultaneous changes, the last one in the log wins. A raised limit applies to the whole current local day; a lowered one applies from the next day.',
      params: OrgParams,
      querystring: ProductQuery,
      headers: ChangeHeaders,
      body: LimitBody,
      response: { 200: LimitSetAnswer, ...CHANGE_PROBLEMS },
    },
    handler: async (request) => {
      const { params, query, body, headers } = request;
      const org = findOrg(await sources.settings.refresh(), params.org);
      const outcome = await recordCommand(sources, callerOf(request), headers, {
        kind: 'subscription',
        org_id: org.orgId,
        product: chooseBegun(org, query.product, sources.now()).product,
        value: { additional_limit: body.credits },
        reason: body.reason,
      });
      return limitSetAnswer(sources, await sources.settings.refresh(), outcome);
    },
  });
}
