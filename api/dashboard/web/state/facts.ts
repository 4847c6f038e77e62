import type { Bill, Settings, Usage } from '../answers.ts';
import { ApiError, ask, orgPath, type Query } from './client.ts';
import { may } from './rights.ts';
import { HOUR_MS } from '../../../../schemas/time-units.ts';

/** What must be known of an organisation before anything of it is shown. */
export interface OrgFacts {
  readonly zone: string;
  /** Those subscribed to, to choose from; the first is shown where none is chosen. */
  readonly products: readonly string[];
}

/** Whether there are credits of the product that is shown; the only one is where none is chosen. */
export const isSubscribed = ({ products }: OrgFacts, product: string): boolean =>
  product === '' ? products.length > 0 : products.includes(product);

/** From where the caller may read it: the settings, else the usage and the credits, else the bill. Throws ApiError. */
export async function loadFacts(org: string, signal: AbortSignal): Promise<OrgFacts> {
  if (may('read-settings')) {
    const { time_zone, subscriptions } = await ask<Settings>(orgPath(org, 'settings'), { signal });
    return { zone: time_zone, products: subscriptions.map(({ product }) => product) };
  }
  if (may('read-usage')) {
    const now = Date.now();
    const query: Query = [
      ['from', new Date(now - HOUR_MS).toISOString()],
      ['to', new Date(now).toISOString()],
    ];
    const [{ time_zone }, products] = await Promise.all([
      ask<Usage>(orgPath(org, 'usage'), { query, signal }),
      productsOf(orgPath(org, 'credits'), signal),
    ]);
    return { zone: time_zone, products };
  }
  const bill = orgPath(org, 'billing');
  const products = await productsOf(bill, signal);
  const query = products.slice(0, 1).map((product) => ['product', product] as const);
  const { time_zone } = await ask<Bill>(bill, { query, signal });
  return { zone: time_zone, products };
}

/** Asked without a product, the API names the only one, or lists those that there are. */
async function productsOf(path: string, signal: AbortSignal): Promise<readonly string[]> {
  try {
    const { product } = await ask<{ readonly product: string }>(path, { signal });
    return [product];
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.type === 'no-subscription') return [];
    if (error.type === 'ambiguous-product') return error.choices;
    throw error;
  }
}
