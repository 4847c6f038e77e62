import type { SettingsState } from '../../domain/settings/state.ts';
import { findOrg } from '../orgs/subscription.ts';
import { OrgParams } from '../parameters/org.ts';

/** Whose alerts and destinations: those of an organisation, and those of the platform about itself. */
export const ALERT_SCOPES = [
  { base: '/v1/orgs/:org', read: 'read-alerts', change: 'change-alerts', params: OrgParams.properties },
  { base: '/v1/platform', read: 'change-alert-defaults', change: 'change-alert-defaults', params: {} },
] as const;

/** The organisation of a request, '' for the platform. Throws the Problem `unknown-org`. */
export function orgIdOf(settings: SettingsState, params: object): string {
  const org = 'org' in params ? params.org : undefined;
  return typeof org === 'string' ? findOrg(settings, org).orgId : '';
}
