import type { OrgHistory, Subscription, SubscriptionTerms, Version, Versions } from './org-history.ts';
import { inEffectAt } from '../versions.ts';

/**
 * The settings of an organisation, each field with its own history: a change of the limit today does not overwrite a
 * change of the edition that was recorded last week for next month.
 */
export interface OrgFields {
  readonly orgId: string;
  readonly timeZone: Versions<string>;
  readonly billingDay: Versions<number>;
  readonly subscriptions: ReadonlyMap<string, SubscriptionFields>;
}

export interface SubscriptionFields {
  readonly edition: Versions<string>;
  readonly users: Versions<number>;
  readonly additionalLimit: Versions<number>;
}

/** The fields of a whole history. Changes of an organisation that is not in the log start from the local stack's rule. */
export function fieldsOf(history: OrgHistory): OrgFields {
  return {
    orgId: history.orgId,
    timeZone: history.timeZone,
    billingDay: history.billingDay,
    subscriptions: new Map(
      history.subscriptions.map(({ product, versions }) => [
        product,
        {
          edition: pick(versions, ({ edition }) => edition),
          users: pick(versions, ({ users }) => users),
          additionalLimit: pick(versions, ({ additionalLimit }) => additionalLimit),
        },
      ]),
    ),
  };
}

/** The history that pricing reads: one version of all terms for every instant at which one of them changes. */
export function historyOf(fields: OrgFields): OrgHistory {
  return {
    orgId: fields.orgId,
    timeZone: fields.timeZone,
    billingDay: fields.billingDay,
    subscriptions: [...fields.subscriptions].map(([product, terms]) => subscriptionOf(product, terms)),
  };
}

/** A subscription as it was before the change at an offset of the log. */
export function subscriptionBefore(
  product: string,
  fields: SubscriptionFields,
  offset: number,
): Subscription {
  const before = <T>(versions: Versions<T>): Versions<T> =>
    versions.filter((version) => version.offset === undefined || version.offset < offset);
  return subscriptionOf(product, {
    edition: before(fields.edition),
    users: before(fields.users),
    additionalLimit: before(fields.additionalLimit),
  });
}

/** One version of all terms for each instant at which one of them changes: a merge of the three timelines. */
function subscriptionOf(product: string, fields: SubscriptionFields): Subscription {
  const { edition, users, additionalLimit } = fields;
  const changes = new Map<number, Version<unknown>>();
  for (const change of [...edition, ...users, ...additionalLimit]) changes.set(change.effectiveAt, change);
  const versions: Version<SubscriptionTerms>[] = [];
  for (const [effectiveAt, change] of [...changes].toSorted(([a], [b]) => a - b)) {
    const terms = {
      edition: inEffectAt(edition, effectiveAt)?.value,
      users: inEffectAt(users, effectiveAt)?.value,
      additionalLimit: inEffectAt(additionalLimit, effectiveAt)?.value ?? 0,
    };
    // There is no subscription before both an edition and users are in effect.
    if (terms.edition === undefined || terms.users === undefined) continue;
    versions.push({ ...change, value: { ...terms, edition: terms.edition, users: terms.users } });
  }
  return { product, versions };
}

function pick<T>(versions: Versions<SubscriptionTerms>, field: (terms: SubscriptionTerms) => T): Versions<T> {
  return versions.map(({ value, effectiveAt, recordedAt, recordedBy, reason }) => ({
    value: field(value),
    effectiveAt,
    recordedAt,
    recordedBy,
    reason,
  }));
}
