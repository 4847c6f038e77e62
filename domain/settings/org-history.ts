import type { Effective } from '../versions.ts';

/**
 * An organisation's settings as an append-only, effective-dated history (domain.md, Terms; D: entries stand in
 * the order in which they were recorded, and are never updated in place).
 */
export interface Version<T> extends Effective {
  readonly value: T;
  /** Epoch milliseconds; never after effectiveAt: settings take effect when they are recorded or later. */
  readonly recordedAt: number;
  readonly recordedBy: string;
  readonly reason: string;
  /** The change's place in the log; the local stack's rule has none. */
  readonly offset?: number;
}
export type Versions<T> = readonly Version<T>[];

/** What a subscription grants: the licensed edition, and how far beyond it the super admin lets the org go. */
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
