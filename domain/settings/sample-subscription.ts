import {
  DEFAULT_BILLING_DAY,
  DEFAULT_TIME_ZONE,
  type OrgHistory,
  type Subscription,
  type SubscriptionTerms,
  type Versions,
} from './org-history.ts';

const TERMS = { edition: 'free', users: 1, additionalLimit: 10_000 } as const satisfies SubscriptionTerms;
const TIME_ZONE = sinceEver(DEFAULT_TIME_ZONE);
const BILLING_DAY = sinceEver(DEFAULT_BILLING_DAY);
const SUBSCRIPTIONS: readonly Subscription[] = [{ product: 'crm', versions: sinceEver(TERMS) }];

/** The settings that the local stack assumes for an organisation that is not in the log (interfaces.md, Replay). */
export function sampleOrgHistory(orgId: string): OrgHistory {
  return { orgId, timeZone: TIME_ZONE, billingDay: BILLING_DAY, subscriptions: SUBSCRIPTIONS };
}

/**
 * Says that nothing is recorded about an organisation. Its id may be misspelt: in the local stack any id has terms.
 * @param number formats a number of credits for the reader
 */
export function assumedTermsText(number: (value: number) => string): string {
  const { edition, users, additionalLimit } = TERMS;
  return (
    'Nothing is recorded about this organisation. The local stack assumes its sample terms: ' +
    `${edition} edition, ${users} user, ${number(additionalLimit)} additional credits.`
  );
}

function sinceEver<T>(value: T): Versions<T> {
  return [{ value, effectiveAt: 0, recordedAt: 0, recordedBy: 'local-stack', reason: 'default' }];
}
