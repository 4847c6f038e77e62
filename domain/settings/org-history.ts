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

const LOCAL_TERMS: SubscriptionTerms = { edition: 'free', users: 1, additionalLimit: 10_000 };
const LOCAL_TIME_ZONE = localVersions(DEFAULT_TIME_ZONE);
const LOCAL_BILLING_DAY = localVersions(DEFAULT_BILLING_DAY);
const LOCAL_SUBSCRIPTIONS: readonly Subscription[] = [
  { product: 'crm', versions: localVersions(LOCAL_TERMS) },
];

/** What the local stack assumes of an org it has not been told about (interfaces.md, Replay): a pure rule. */
export function localOrgHistory(orgId: string): OrgHistory {
  return {
    orgId,
    timeZone: LOCAL_TIME_ZONE,
    billingDay: LOCAL_BILLING_DAY,
    subscriptions: LOCAL_SUBSCRIPTIONS,
  };
}

/** The subscription of a product, or undefined where the org has none. */
export function subscriptionOf(org: OrgHistory, product: string): Subscription | undefined {
  return org.subscriptions.find((subscription) => subscription.product === product);
}

function localVersions<T>(value: T): Versions<T> {
  return [
    { value, effectiveAt: 0, recordedAt: 0, recordedBy: 'local-stack', reason: 'not told about this org' },
  ];
}
