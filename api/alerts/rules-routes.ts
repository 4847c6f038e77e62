import { Type, type Static, type TSchema } from 'typebox';
import { AlertRules, PlatformRules } from '../../domain/alerts/rules.ts';
import { formatInstant } from '../../domain/instants.ts';
import { defaultRulesAt, ownRulesAt } from '../../domain/settings/alerting.ts';
import type { Version } from '../../domain/settings/org-history.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import { callerOf } from '../auth/guard.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { chooseSubscription, findOrg } from '../orgs/subscription.ts';
import { Instant } from '../parameters/instant.ts';
import { NoQuery } from '../parameters/no-query.ts';
import { OrgParams, ProductParameter } from '../parameters/org.ts';
import type { ApiServer } from '../server.ts';
import { CHANGE_PROBLEMS, ChangeHeaders, reasonProperty, recordCommand } from '../settings/record.ts';

const strict = { additionalProperties: false };
const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

/** Who set it, when and why; null for what the release brings along. */
const recordedProperties = {
  recorded_at: orNull(Instant),
  recorded_by: orNull(Type.String()),
  reason: orNull(Type.String()),
};
export const RulesAnswer = Type.Object(
  {
    org_id: Type.String(),
    product: Type.String(),
    is_default: Type.Boolean({ description: 'Whether these are the platform’s defaults.' }),
    rules: AlertRules,
    ...recordedProperties,
  },
  strict,
);
export const DefaultsAnswer = Type.Object(
  { rules: AlertRules, platform_rules: PlatformRules, ...recordedProperties },
  strict,
);

const URL = '/v1/orgs/:org/alert-rules';
const RulesQuery = Type.Object({ product: ProductParameter }, strict);
const RulesBody = Type.Object(
  {
    rules: Type.Union([AlertRules, Type.Null()], {
      description: 'All rules of the product; null for the platform’s defaults.',
    }),
    ...reasonProperty,
  },
  strict,
);
const DefaultsBody = Type.Object(
  { rules: AlertRules, platform_rules: PlatformRules, ...reasonProperty },
  strict,
);

/** The rules of an organisation's product, and the platform's defaults. */
export function alertRulesRoutes(app: ApiServer, sources: ApiDependencies): void {
  app.route({
    method: 'GET',
    url: URL,
    config: { access: 'read-alerts' },
    schema: {
      summary: 'The rules by which alerts are raised',
      params: OrgParams,
      querystring: RulesQuery,
      response: { 200: RulesAnswer },
    },
    handler: async ({ params, query }) => {
      const settings = await sources.settings.refresh();
      const now = sources.now();
      const org = findOrg(settings, params.org);
      const { product } = chooseSubscription(org, query.product, now);
      return rulesAnswer(settings, org.orgId, product, now);
    },
  });

  app.route({
    method: 'PUT',
    url: URL,
    config: { access: 'change-alerts' },
    schema: {
      summary: 'Set the rules by which alerts are raised, effective at once',
      params: OrgParams,
      querystring: RulesQuery,
      headers: ChangeHeaders,
      body: RulesBody,
      response: { 200: RulesAnswer, ...CHANGE_PROBLEMS },
    },
    handler: async (request) => {
      const { rules, reason } = request.body;
      const org = findOrg(await sources.settings.refresh(), request.params.org);
      const { product } = chooseSubscription(org, request.query.product, sources.now());
      const { effectiveAt } = await recordCommand(sources, callerOf(request), request.headers, {
        kind: 'alert-rules',
        org_id: org.orgId,
        product,
        value: { rules },
        reason,
      });
      // The brokers' clock may be ahead of this process's.
      const at = Math.max(sources.now(), effectiveAt);
      return rulesAnswer(await sources.settings.refresh(), org.orgId, product, at);
    },
  });

  app.route({
    method: 'GET',
    url: '/v1/alert-defaults',
    config: { access: 'change-alert-defaults' },
    schema: {
      summary: 'The rules of organisations that have set none, and those of the platform for itself',
      querystring: NoQuery,
      response: { 200: DefaultsAnswer },
    },
    handler: async () => defaultsAnswer(await sources.settings.refresh(), sources.now()),
  });

  app.route({
    method: 'PUT',
    url: '/v1/alert-defaults',
    config: { access: 'change-alert-defaults' },
    schema: {
      summary: 'Set the default rules, effective at once',
      querystring: NoQuery,
      headers: ChangeHeaders,
      body: DefaultsBody,
      response: { 200: DefaultsAnswer, ...CHANGE_PROBLEMS },
    },
    handler: async (request) => {
      const { reason, ...value } = request.body;
      const { effectiveAt } = await recordCommand(sources, callerOf(request), request.headers, {
        kind: 'alert-defaults',
        org_id: '',
        product: '',
        value,
        reason,
      });
      return defaultsAnswer(await sources.settings.refresh(), Math.max(sources.now(), effectiveAt));
    },
  });
}

function rulesAnswer(
  settings: SettingsState,
  orgId: string,
  product: string,
  at: number,
): Static<typeof RulesAnswer> {
  const own = ownRulesAt(settings.alerting(orgId), product, at);
  const { rules, version } = defaultRulesAt(settings.platformAlerting, at);
  return {
    org_id: orgId,
    product,
    is_default: own === undefined,
    rules: [...(own?.rules ?? rules.rules)],
    ...recordedOf(own === undefined ? version : own.version),
  };
}

function defaultsAnswer(settings: SettingsState, at: number): Static<typeof DefaultsAnswer> {
  const { rules, version } = defaultRulesAt(settings.platformAlerting, at);
  return { ...rules, ...recordedOf(version) };
}

function recordedOf(version: Version<string> | undefined) {
  if (version === undefined) return { recorded_at: null, recorded_by: null, reason: null };
  const { recordedAt, recordedBy, reason } = version;
  return { recorded_at: formatInstant(recordedAt), recorded_by: recordedBy, reason };
}
