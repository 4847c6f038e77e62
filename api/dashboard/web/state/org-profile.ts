import type { Bill, Settings, Usage } from '../answers.ts';
import { ApiError } from './api-error.ts';
import { fetchJson, orgPath } from './client.ts';
import type { Query } from './send.ts';
import { may } from './permissions.ts';
import { HOUR_MS } from '../../../../schemas/time-units.ts';

/** What every screen needs to know about the organisation first. */
export interface OrgProfile {
  readonly zone: string;
  /** The subscribed products; the screens show the first unless another one is chosen. */
  readonly products: readonly string[];
  /** Whether nothing is recorded about the organisation, so that the local stack assumes its terms. */
  readonly isAssumed: boolean;
}

/** Whether the product on screen has a subscription; an empty product means the only one. */
export const isSubscribed = ({ products }: OrgProfile, product: string): boolean =>
  product === '' ? products.length > 0 : products.includes(product);

/** Reads it from what the role may read: the settings, else usage and credits, else the bill. Throws ApiError. */
export async function loadOrgProfile(org: string, signal: AbortSignal): Promise<OrgProfile> {
  if (may('read-settings')) {
    const { time_zone, subscriptions, terms_assumed } = await fetchJson<Settings>(orgPath(org, 'settings'), {
      signal,
    });
    return {
      zone: time_zone,
      products: subscriptions.map(({ product }) => product),
      isAssumed: terms_assumed,
    };
  }
  if (may('read-usage')) {
    const now = Date.now();
    const query: Query = [
      ['from', new Date(now - HOUR_MS).toISOString()],
      ['to', new Date(now).toISOString()],
    ];
    const [{ time_zone }, subscribed] = await Promise.all([
      fetchJson<Usage>(orgPath(org, 'usage'), { query, signal }),
      subscribedAt(orgPath(org, 'credits'), signal),
    ]);
    return { zone: time_zone, ...subscribed };
  }
  const bill = orgPath(org, 'billing');
  const subscribed = await subscribedAt(bill, signal);
  const query = subscribed.products.slice(0, 1).map((product) => ['product', product] as const);
  const { time_zone } = await fetchJson<Bill>(bill, { query, signal });
  return { zone: time_zone, ...subscribed };
}

/** Without a product, the API names the only one or lists them all. */
async function subscribedAt(path: string, signal: AbortSignal): Promise<Omit<OrgProfile, 'zone'>> {
  try {
    const { product, terms_assumed } = await fetchJson<Pick<Bill, 'product' | 'terms_assumed'>>(path, {
      signal,
    });
    return { products: [product], isAssumed: terms_assumed };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.type === 'no-subscription') return { products: [], isAssumed: false };
    if (error.type === 'ambiguous-product') return { products: error.choices, isAssumed: false };
    throw error;
  }
}
