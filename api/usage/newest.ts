import type { Basis } from '../../store/usage/basis.ts';
import type { Settings, Sources } from '../dependencies.ts';

/** What usage is computed from, besides the calls. */
export interface Newest extends Omit<Basis, 'hasNewSettings'> {
  readonly settings: Settings;
  /** How far landing lags behind now. */
  readonly lagSeconds: number;
}

/**
 * Reads all of it by one statement, sent after the request has arrived and shared with others: a change of the settings
 * that has landed shows in the next answer. Only where there is one are the settings read too.
 */
export async function readNewest(sources: Sources, orgId: string): Promise<Newest> {
  const { bases, settings } = sources;
  const now = sources.now();
  const known = settings.known();
  const settingsFrom = known?.nextOffset ?? 0;
  const { hasNewSettings, ...basis } = await bases.read({ orgId, settingsFrom, now });
  return {
    ...basis,
    settings: known === undefined || hasNewSettings ? await settings.refresh() : known,
    lagSeconds: lagOf(basis, basis.watermark),
  };
}

/** In seconds. */
export const lagOf = ({ now }: Pick<Basis, 'now'>, watermark: number): number => (now - watermark) / 1000;
