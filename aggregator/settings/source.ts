import { localOrgHistory, type OrgHistory } from '../../schemas/settings.ts';

/** Where the settings of organisations come from. */
export interface SettingsSource {
  /** The org's whole effective-dated history, or undefined for an org that nobody told us about. */
  history(orgId: string): Promise<OrgHistory | undefined>;
}

/**
 * @param unknownOrgs what an org nobody told us about has (setting UNKNOWN_ORGS): nothing, or on the local stack
 *   one free crm subscription (interfaces.md, Replay).
 */
export function createSettingsSource(unknownOrgs: 'none' | 'local'): SettingsSource {
  return {
    history: (orgId) => Promise.resolve(unknownOrgs === 'local' ? localOrgHistory(orgId) : undefined),
  };
}
