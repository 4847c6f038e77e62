import type { Bill, Settings, Usage } from '../answers.ts';
import { ask, orgPath, type Query } from './client.ts';
import { param } from './place.ts';
import { may } from './rights.ts';

/** What must be known of an organisation before anything of it is shown. */
export interface OrgFacts {
  readonly zone: string;
  /** To choose from; the first is shown where none is chosen. */
  readonly products: readonly string[];
}

const LOOKED_BACK_MS = 31 * 86_400_000;

/** From where the caller may read it: the settings, else the own usage, else the bill. Throws ApiError. */
export async function loadFacts(org: string, signal: AbortSignal): Promise<OrgFacts> {
  if (may('read-settings')) {
    const { time_zone, subscriptions } = await ask<Settings>(orgPath(org, 'settings'), { signal });
    return { zone: time_zone, products: subscriptions.map(({ product }) => product) };
  }
  if (may('read-usage')) {
    const now = Date.now();
    const query: Query = [
      ['from', new Date(now - LOOKED_BACK_MS).toISOString()],
      ['to', new Date(now).toISOString()],
      ['group_by', 'product'],
    ];
    const { time_zone, rows } = await ask<Usage>(orgPath(org, 'usage'), { query, signal });
    const byCredits = rows.toSorted((a, b) => b.credits - a.credits);
    return { zone: time_zone, products: byCredits.map(({ product = '' }) => product) };
  }
  const query: Query = param('product') === '' ? [] : [['product', param('product')]];
  const { time_zone, product } = await ask<Bill>(orgPath(org, 'billing'), { query, signal });
  return { zone: time_zone, products: [product] };
}
