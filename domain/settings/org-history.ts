import type { Effective } from '../versions.ts';

/**
 * One value of a setting in an append-only, effective-dated history. D: versions are listed in the order in which they
 * were recorded and are never updated in place.
 */
export interface Version<T> extends Effective {
  readonly value: T;
  /** Epoch milliseconds; at or before effectiveAt, as settings never take effect in the past. */
  readonly recordedAt: number;
  readonly recordedBy: string;
  readonly reason: string;
  /** The change's offset in the log; absent for the local stack's rule. */
  readonly offset?: number;
}
export type Versions<T> = readonly Version<T>[];

/** The terms of a subscription. */
export interface SubscriptionTerms {
  readonly edition: string;
  /** Licensed users. */
  readonly users: number;
  /** Additional credits allowed per 24 hours; 0 means that nothing is ever charged. */
  readonly additionalLimit: number;
}

export interface Subscription {
  readonly product: string;
  readonly versions: Versions<SubscriptionTerms>;
}

export interface OrgHistory {
  readonly orgId: string;
  /** IANA names. Never empty. */
  readonly timeZone: Versions<string>;
  /** 1 to 31. Never empty. */
  readonly billingDay: Versions<number>;
  /** One per product. */
  readonly subscriptions: readonly Subscription[];
}

export const DEFAULT_TIME_ZONE = 'UTC';
export const DEFAULT_BILLING_DAY = 1;

/** The subscription of a product, or undefined where the org has none. */
export function subscriptionOf(org: OrgHistory, product: string): Subscription | undefined {
  return org.subscriptions.find((subscription) => subscription.product === product);
}
