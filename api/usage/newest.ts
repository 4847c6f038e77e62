import { readBasis, type Basis } from '../../store/usage/basis.ts';
import type { Settings, Sources } from '../dependencies.ts';

/** What usage is computed from, besides the calls. */
export interface Newest extends Pick<Basis, 'sealed' | 'stamp'> {
  readonly settings: Settings;
  /** How far landing lags behind now. */
  readonly lagSeconds: number;
}

/**
 * Reads all of it by one statement, sent after the request has arrived: a change of the settings that has landed shows
 * in the next answer. Only where there is one are the settings read too.
 */
export async function readNewest(sources: Sources, orgId: string): Promise<Newest> {
  const { clickhouse, topics, settings } = sources;
  const now = sources.now();
  const known = settings.known();
  const settingsFrom = known?.nextOffset ?? 0;
  const basis = await readBasis(clickhouse, { orgId, topic: topics.calls, settingsFrom, now });
  return {
    settings: known === undefined || basis.hasNewSettings ? await settings.refresh() : known,
    sealed: basis.sealed,
    stamp: basis.stamp,
    lagSeconds: (now - basis.watermark) / 1000,
  };
}
