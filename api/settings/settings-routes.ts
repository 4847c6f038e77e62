import { Type } from 'typebox';
import { OrgValue } from '../../domain/settings/change-values.ts';
import { callerOf } from '../auth/guard.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { findOrg } from '../orgs/subscription.ts';
import { OrgParams } from '../parameters/org.ts';
import { NoQuery } from '../parameters/no-query.ts';
import { NextCursor, pageOf, PageQuery } from '../parameters/page.ts';
import type { ApiServer } from '../server.ts';
import { changeAnswer, ChangeAnswer } from './change-answer.ts';
import {
  CHANGE_PROBLEMS,
  ChangeHeaders,
  effectiveProperty,
  reasonProperty,
  recordCommand,
} from './record.ts';
import { settingsAnswer, SettingsAnswer, SettingsChangedAnswer } from './settings-answer.ts';

const URL = '/v1/orgs/:org/settings';
const SettingsBody = Type.Object(
  { ...OrgValue.properties, ...effectiveProperty, ...reasonProperty },
  { additionalProperties: false, description: 'At least one of time_zone and billing_day.' },
);
export const HistoryAnswer = Type.Object(
  {
    org_id: Type.String(),
    changes: Type.Array(ChangeAnswer, { description: 'Newest first, including rejected changes.' }),
    next_cursor: NextCursor,
  },
  { additionalProperties: false },
);

/** An org's settings and their history. */
export function settingsRoutes(app: ApiServer, sources: ApiDependencies): void {
  app.route({
    method: 'GET',
    url: URL,
    config: { access: 'read-settings' },
    schema: {
      summary: 'The current time zone, billing day and subscriptions',
      params: OrgParams,
      querystring: NoQuery,
      response: { 200: SettingsAnswer },
    },
    handler: async ({ params }) => {
      const settings = await sources.settings.refresh();
      const org = findOrg(settings, params.org);
      const outcomes = await sources.settings.outcomesOf(settings, org.orgId);
      return settingsAnswer(settings, org, outcomes, sources.now());
    },
  });

  app.route({
    method: 'PATCH',
    url: URL,
    config: { access: 'change-settings' },
    schema: {
      summary: 'Change the time zone or the billing day, now or later',
      params: OrgParams,
      querystring: NoQuery,
      headers: ChangeHeaders,
      body: SettingsBody,
      response: { 200: SettingsChangedAnswer, ...CHANGE_PROBLEMS },
    },
    handler: async (request) => {
      const { time_zone, billing_day, ...how } = request.body;
      const { orgId } = findOrg(await sources.settings.refresh(), request.params.org);
      const outcome = await recordCommand(sources, callerOf(request), request.headers, {
        kind: 'org',
        org_id: orgId,
        product: '',
        value: { time_zone, billing_day },
        ...how,
      });
      const settings = await sources.settings.refresh();
      return {
        ...settingsAnswer(
          settings,
          findOrg(settings, orgId),
          await sources.settings.outcomesOf(settings, orgId),
          sources.now(),
        ),
        recorded: changeAnswer(outcome),
      };
    },
  });

  app.route({
    method: 'GET',
    url: `${URL}/history`,
    config: { access: 'read-settings' },
    schema: {
      summary: 'Every change of the settings and subscriptions: who, when, why',
      params: OrgParams,
      querystring: PageQuery,
      response: { 200: HistoryAnswer },
    },
    handler: async ({ params, query }) => {
      const settings = await sources.settings.refresh();
      const { orgId } = findOrg(settings, params.org);
      const newestFirst = (await sources.settings.outcomesOf(settings, orgId)).toReversed();
      const { page, next_cursor } = pageOf(
        newestFirst,
        ({ change }) => String(change.offset),
        changeAnswer,
        query,
      );
      return { org_id: orgId, changes: page, next_cursor };
    },
  });
}
