import { allowanceAt, type AllowanceAt } from '../../domain/pricing/allowance.ts';
import type { OrgHistory, Subscription } from '../../domain/settings/org-history.ts';
import type { Settings } from '../dependencies.ts';
import { chooseSubscription, findOrg, noSubscription } from '../orgs/subscription.ts';

export interface SubscriptionAt {
  readonly orgId: string;
  readonly product: string;
  readonly org: OrgHistory;
  readonly subscription: Subscription;
  /** Whether nothing is recorded about the org, so that its terms are assumed. */
  readonly isAssumed: boolean;
  /** From the settings of the instant. */
  readonly allowance: AllowanceAt;
}

/**
 * The requested subscription and its allowance at an instant.
 * Throws the Problems `unknown-org`, `ambiguous-product` and `no-subscription`.
 * @param instant epoch milliseconds
 */
export function subscriptionAt(
  settings: Settings,
  requested: { readonly org: string; readonly product: string | undefined },
  instant: number,
): SubscriptionAt {
  const org = findOrg(settings, requested.org);
  const subscription = chooseSubscription(org, requested.product, instant);
  const { product } = subscription;
  const allowance = allowanceAt(settings.catalogues, subscription, instant);
  if (allowance === undefined)
    throw noSubscription(`The subscription of ${product} had not begun at that time.`);
  const isAssumed = settings.isAssumed(org.orgId);
  return { orgId: org.orgId, product, org, subscription, isAssumed, allowance };
}
