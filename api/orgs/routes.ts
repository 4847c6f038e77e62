import { Type } from 'typebox';
import { MAX_NAME_BYTES } from '../../schemas/event-rules.ts';
import { NewOrgValue } from '../../domain/settings/change-values.ts';
import { callerOf } from '../auth/guard.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { Name } from '../parameters/org.ts';
import { NoQuery } from '../parameters/no-query.ts';
import { NextCursor, pageOf, PageQuery } from '../parameters/page.ts';
import type { ApiServer } from '../server.ts';
import { changeAnswer } from '../settings/change-answer.ts';
import { CHANGE_PROBLEMS, ChangeHeaders, reasonProperty, recordCommand } from '../settings/record.ts';
import { OrgAnswer, orgAnswer, settingsAnswer, SettingsChangedAnswer } from '../settings/settings-answer.ts';
import { listOrgs } from './list.ts';
import { findOrg } from './subscription.ts';

const URL = '/v1/orgs';
const NewOrgBody = Type.Object(
  { org_id: Name('the organisation’s id; it never changes'), ...NewOrgValue.properties, ...reasonProperty },
  { additionalProperties: false },
);
const OrgsQuery = Type.Object(
  {
    ...PageQuery.properties,
    search: Type.Optional(
      Type.String({
        maxLength: MAX_NAME_BYTES,
        description: 'only organisations whose id contains this text, in upper or lower case',
      }),
    ),
  },
  { additionalProperties: false },
);
export const OrgsAnswer = Type.Object(
  { orgs: Type.Array(OrgAnswer, { description: 'By id.' }), next_cursor: NextCursor },
  { additionalProperties: false },
);

/** The organisations, and a new one. */
export function orgsRoutes(app: ApiServer, sources: ApiDependencies): void {
  app.route({
    method: 'GET',
    url: URL,
    config: { access: 'read-orgs' },
    schema: {
      summary: 'All organisations, or those whose id contains a text',
      querystring: OrgsQuery,
      response: { 200: OrgsAnswer },
    },
    handler: async ({ query: { search, ...query } }) => {
      const settings = await sources.settings.refresh();
      const orgs = await listOrgs(sources, settings, search);
      const now = sources.now();
      const { page, next_cursor } = pageOf(
        orgs,
        ({ orgId }) => orgId,
        (org) => orgAnswer(settings, org, now),
        query,
      );
      return { orgs: page, next_cursor };
    },
  });

  app.route({
    method: 'POST',
    url: URL,
    config: { access: 'create-org' },
    schema: {
      summary: 'Create an organisation',
      querystring: NoQuery,
      headers: ChangeHeaders,
      body: NewOrgBody,
      response: {
        201: SettingsChangedAnswer,
        ...CHANGE_PROBLEMS,
      },
    },
    handler: async (request, reply) => {
      const { org_id, time_zone, billing_day, reason } = request.body;
      const outcome = await recordCommand(sources, callerOf(request), request.headers, {
        kind: 'new-org',
        org_id,
        product: '',
        value: { time_zone, billing_day },
        reason,
      });
      const settings = await sources.settings.refresh();
      void reply.code(201).header('location', `${URL}/${encodeURIComponent(org_id)}/settings`);
      return {
        ...settingsAnswer(
          settings,
          findOrg(settings, org_id),
          await sources.settings.outcomesOf(settings, org_id),
          sources.now(),
        ),
        recorded: changeAnswer(outcome),
      };
    },
  });
}
