import { calendarOf, type Calendar } from '../../domain/calendar/calendar.ts';
import { subscriptionOf, type OrgHistory, type Subscription } from '../../domain/settings/org-history.ts';
import { inEffectAt } from '../../domain/versions.ts';
import type { Catalogues } from '../../domain/catalogues/catalogues.ts';
import type { Settings, Sources } from '../dependencies.ts';
import { Problem } from '../problems/problem.ts';
import { unknownOrg } from './unknown-org.ts';

/** The org's settings. Throws the Problem `unknown-org`. */
export function findOrg(settings: Settings, orgId: string): OrgHistory {
  const history = settings.history(orgId);
  if (history === undefined) throw unknownOrg(orgId);
  return history;
}

/**
 * The subscription of `product`, which is optional where there is only one (interfaces.md, product=).
 * Throws the Problems `ambiguous-product` and `no-subscription`.
 * @param instant epoch milliseconds; subscriptions that begin later do not count as a second one
 */
export function chooseSubscription(
  org: OrgHistory,
  product: string | undefined,
  instant: number,
): Subscription {
  const { orgId, subscriptions } = org;
  const begun = subscriptions.filter((each) => hasBegun(each, instant));
  const choices = begun.length > 0 ? begun : subscriptions;
  const [only, ...others] = choices;
  if (only === undefined) throw noSubscription(`The organisation ${orgId} has no subscription.`);
  if (product === undefined) {
    if (others.length === 0) return only;
    const detail = `is required: one of ${productsOf(choices)}`;
    throw new Problem('ambiguous-product', `product ${detail}`, {
      errors: [{ parameter: 'product', detail, choices: choices.map((each) => each.product) }],
    });
  }
  const chosen = subscriptionOf(org, product);
  if (chosen !== undefined) return chosen;
  throw noSubscription(
    `The organisation ${orgId} has no subscription of ${JSON.stringify(product)}: it has ${productsOf(subscriptions)}.`,
  );
}

/** The same, but throws `no-subscription` where the subscription begins after the instant. */
export function chooseBegun(org: OrgHistory, product: string | undefined, instant: number): Subscription {
  const chosen = chooseSubscription(org, product, instant);
  if (hasBegun(chosen, instant)) return chosen;
  throw noSubscription(`The subscription of ${chosen.product} has not begun.`);
}

const hasBegun = ({ versions }: Subscription, instant: number): boolean =>
  inEffectAt(versions, instant) !== undefined;

const productsOf = (subscriptions: readonly Subscription[]): string =>
  subscriptions.map(({ product }) => product).join(', ');

/** An org, one of its subscriptions and the catalogues, all of one moment. */
export interface RequestedSubscription {
  readonly org: OrgHistory;
  /** Whether nothing is recorded about the org, so that its terms are assumed. */
  readonly isAssumed: boolean;
  readonly subscription: Subscription;
  readonly catalogues: Catalogues;
}

/** The subscription that a request names, by the current settings. Throws as findOrg and chooseSubscription do. */
export async function readSubscription(
  { settings: store, now }: Pick<Sources, 'settings' | 'now'>,
  orgId: string,
  product: string | undefined,
): Promise<RequestedSubscription> {
  const settings = await store.refresh();
  const org = findOrg(settings, orgId);
  return {
    org,
    isAssumed: settings.isAssumed(orgId),
    subscription: chooseSubscription(org, product, now()),
    catalogues: settings.catalogues,
  };
}

export function noSubscription(detail: string): Problem {
  return new Problem('no-subscription', detail);
}

/** The org's billing days, each in the time zone of its time. */
export function orgCalendar(org: OrgHistory): Calendar {
  return calendarOf(org.timeZone);
}

/** The org's time zone at an instant. The first one also applies before it took effect. */
export function timeZoneAt(org: OrgHistory, instant: number): string {
  const zone = inEffectAt(org.timeZone, instant) ?? org.timeZone[0];
  if (zone === undefined) throw new Error(`The organisation ${org.orgId} has no time zone.`);
  return zone.value;
}
