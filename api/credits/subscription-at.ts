import { allowanceAt, type AllowanceAt } from '../../domain/pricing/allowance.ts';
import type { Settings } from '../dependencies.ts';
import { chooseSubscription, findOrg, noSubscription } from '../orgs/subscription.ts';

export interface SubscriptionAt {
  readonly orgId: string;
  readonly product: string;
  /** By the settings of that instant. */
  readonly allowance: AllowanceAt;
}

/**
 * The subscription that a live figure is of, and what it allowed at an instant, epoch milliseconds.
 * Throws the Problems `unknown-org`, `ambiguous-product` and `no-subscription`.
 */
export function subscriptionAt(
  settings: Settings,
  asked: { readonly org: string; readonly product: string | undefined },
  instant: number,
): SubscriptionAt {
  const org = findOrg(settings, asked.org);
  const subscription = chooseSubscription(org, asked.product, instant);
  const { product } = subscription;
  const allowance = allowanceAt(settings.catalogues, subscription, instant);
  if (allowance === undefined)
    throw noSubscription(`The subscription of ${product} had not begun at that time.`);
  return { orgId: org.orgId, product, allowance };
}
