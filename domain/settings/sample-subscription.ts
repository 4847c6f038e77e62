import {
  DEFAULT_BILLING_DAY,
  DEFAULT_TIME_ZONE,
  type OrgHistory,
  type Subscription,
  type SubscriptionTerms,
  type Versions,
} from './org-history.ts';

const TERMS: SubscriptionTerms = { edition: 'free', users: 1, additionalLimit: 10_000 };
const TIME_ZONE = sinceEver(DEFAULT_TIME_ZONE);
const BILLING_DAY = sinceEver(DEFAULT_BILLING_DAY);
const SUBSCRIPTIONS: readonly Subscription[] = [{ product: 'crm', versions: sinceEver(TERMS) }];

/** The settings that the local stack assumes for an organisation that is not in the log (interfaces.md, Replay). */
export function sampleOrgHistory(orgId: string): OrgHistory {
  return { orgId, timeZone: TIME_ZONE, billingDay: BILLING_DAY, subscriptions: SUBSCRIPTIONS };
}

function sinceEver<T>(value: T): Versions<T> {
  return [{ value, effectiveAt: 0, recordedAt: 0, recordedBy: 'local-stack', reason: 'default' }];
}
