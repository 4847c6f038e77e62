import type { Bill, Settings, Usage } from '../answers.ts';
import { ApiError, fetchJson, orgPath, type Query } from './client.ts';
import { may } from './permissions.ts';
import { HOUR_MS } from '../../../../schemas/time-units.ts';

/** What every screen needs to know about the organisation first. */
export interface OrgProfile {
  readonly zone: string;
  /** The subscribed products; the screens show the first unless another one is chosen. */
  readonly products: readonly string[];
}

/** Whether the product on screen has a subscription; an empty product means the only one. */
export const isSubscribed = ({ products }: OrgProfile, product: string): boolean =>
  product === '' ? products.length > 0 : products.includes(product);

/** Reads it from what the role may read: the settings, else usage and credits, else the bill. Throws ApiError. */
export async function loadOrgProfile(org: string, signal: AbortSignal): Promise<OrgProfile> {
  if (may('read-settings')) {
    const { time_zone, subscriptions } = await fetchJson<Settings>(orgPath(org, 'settings'), { signal });
    return { zone: time_zone, products: subscriptions.map(({ product }) => product) };
  }
  if (may('read-usage')) {
    const now = Date.now();
    const query: Query = [
      ['from', new Date(now - HOUR_MS).toISOString()],
      ['to', new Date(now).toISOString()],
    ];
    const [{ time_zone }, products] = await Promise.all([
      fetchJson<Usage>(orgPath(org, 'usage'), { query, signal }),
      productsOf(orgPath(org, 'credits'), signal),
    ]);
    return { zone: time_zone, products };
  }
  const bill = orgPath(org, 'billing');
  const products = await productsOf(bill, signal);
  const query = products.slice(0, 1).map((product) => ['product', product] as const);
  const { time_zone } = await fetchJson<Bill>(bill, { query, signal });
  return { zone: time_zone, products };
}

/** Without a product, the API names the only one or lists them all. */
async function productsOf(path: string, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const { product } = await fetchJson<{ readonly product: string }>(path, { signal });
    return [product];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.type === 'no-subscription') return [];
    if (error.type === 'ambiguous-product') return error.choices;
    throw error;
  }
}
