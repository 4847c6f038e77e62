import type { OrgHistory } from '../../schemas/settings.ts';
import type { SettingsStore } from './store.ts';

/** Where the API takes an org's settings from. */
export interface SettingsSource {
  /** The org's whole effective-dated history as of now, or undefined for an org that nobody told us about. */
  history(orgId: string): Promise<OrgHistory | undefined>;
}

export function settingsSource(store: SettingsStore): SettingsSource {
  return { history: async (orgId) => (await store.refresh()).history(orgId) };
}
