import type { RequestedSubscription } from '../api/orgs/subscription.ts';
import { subscriptionOf } from '../domain/settings/org-history.ts';
import type { SettingsState } from '../domain/settings/state.ts';

/** The organisation, subscription or day that a command names does not exist. */
export class NotFoundError extends Error {
  readonly code = 'NOT_FOUND';
  constructor(message: string) {
    super(message);
    this.name = 'NotFoundError';
  }
}

/**
 * The organisation and its subscription to a product, or its only subscription.
 * @param product the option --product
 * @throws NotFoundError
 */
export function findSubscription(
  settings: SettingsState,
  orgId: string,
  product: string | undefined,
): RequestedSubscription {
  const org = settings.history(orgId);
  if (!org) {
    throw new NotFoundError(
      `The organisation ${orgId} does not exist. Create it with "npm run org -- create".`,
    );
  }
  const products = org.subscriptions.map((each) => each.product);
  if (product === undefined && products.length > 1) {
    throw new NotFoundError(`${orgId} subscribes to ${products.join(', ')}: choose one by --product.`);
  }
  const subscription = product === undefined ? org.subscriptions[0] : subscriptionOf(org, product);
  if (subscription) {
    return { org, isAssumed: settings.isAssumed(orgId), subscription, catalogues: settings.catalogues };
  }
  const existing = products.length > 0 ? `it subscribes to ${products.join(', ')}` : 'it has none';
  throw new NotFoundError(`${orgId} has no subscription to ${product ?? 'any product'}: ${existing}.`);
}
