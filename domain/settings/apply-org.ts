import { editionAt, UnknownEditionError, type Catalogues } from '../catalogues/catalogues.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';
import { versionOf } from './version-of.ts';
import { VersionList } from './version-list.ts';
import { isTimeZone } from '../calendar/zone-rules.ts';
import { applyAlerting, isAlertingKind } from './apply-alerting.ts';
import { assertPathName, effectiveAt, parseValue } from './change-rules.ts';
import { NewOrgValue, OrgValue, SubscriptionValue } from './change-values.ts';
import { applyGuardChange, isGuardKind } from './apply-guard.ts';
import type { FoldedOrg, FoldedSubscription } from './folded-org.ts';
import { rejectedChange, type SettingsRejectedError } from './rejected-change.ts';

/**
 * The settings of an organisation after one more change. Depends only on the change and on what precedes it in the log,
 * so every reader comes to the same result.
 * @param recorded the organisation's settings in the log; undefined where the log has none
 * @param assumed the settings of an organisation that is not in the log: the local stack's rule, elsewhere undefined
 * @throws SettingsRejectedError saying why the change is not allowed
 */
export function applyOrgChange(
  recorded: FoldedOrg | undefined,
  assumed: FoldedOrg | undefined,
  change: LoggedChange,
  catalogues: Catalogues,
): FoldedOrg {
  assertPathName(change.org_id, 'org-id', 'an organisation’s id');
  if (change.kind === 'new-org') return newOrg(recorded, change);
  const before = recorded ?? assumed;
  if (!before)
    throw rejectedChange(
      'unknown-org',
      '',
      `the organisation ${change.org_id} does not exist: create it first`,
    );
  if (change.kind === 'org') return changedOrg(before, change);
  if (change.kind === 'subscription') return applySubscription(before, change, catalogues);
  if (isAlertingKind(change.kind)) return { ...before, alerting: applyAlerting(before.alerting, change) };
  if (isGuardKind(change.kind)) return applyGuardChange(before, change, change.kind, catalogues);
  throw rejectedChange('unknown-kind', '', `${JSON.stringify(change.kind)} is not a kind of change`);
}

/**
 * What stays of a creation that is rejected for its time zone: the organisation, without days until a time zone is set.
 * An older release had other rules, acknowledged the creation, and went on recording changes of the
 * organisation; none of these may be lost. Undefined for every other change.
 */
export function orgWithoutDays(
  recorded: FoldedOrg | undefined,
  change: LoggedChange,
  rejection: SettingsRejectedError,
): FoldedOrg | undefined {
  if (recorded || change.kind !== 'new-org' || rejection.code !== UNKNOWN_TIME_ZONE) return undefined;
  const { time_zone, billing_day } = parseValue(NewOrgValue, change.value);
  return createdOrg(change, time_zone, billing_day);
}

/** D: nothing is assumed of a created organisation. The local stack's rule is for organisations not in the log. */
function newOrg(recorded: FoldedOrg | undefined, change: LoggedChange): FoldedOrg {
  if (recorded)
    throw rejectedChange(
      'org-exists',
      '',
      `the organisation ${change.org_id} already exists: change it instead`,
    );
  const { time_zone, billing_day } = parseValue(NewOrgValue, change.value);
  assertTimeZone(time_zone);
  return createdOrg(change, time_zone, billing_day);
}

function createdOrg(change: LoggedChange, timeZone: string, billingDay: number): FoldedOrg {
  return {
    orgId: change.org_id,
    timeZone: first(change, timeZone),
    billingDay: first(change, billingDay),
    subscriptions: new Map(),
    guards: new Map(),
  };
}

const UNKNOWN_TIME_ZONE = 'unknown-time-zone';

function changedOrg(before: FoldedOrg, change: LoggedChange): FoldedOrg {
  const { time_zone, billing_day } = parseValue(OrgValue, change.value);
  if (time_zone !== undefined) assertTimeZone(time_zone);
  return {
    ...before,
    timeZone: add(before.timeZone, change, time_zone) ?? before.timeZone,
    billingDay: add(before.billingDay, change, billing_day) ?? before.billingDay,
  };
}

function assertTimeZone(name: string): void {
  if (isTimeZone(name)) return;
  const message = `is ${JSON.stringify(name)}: write an IANA time zone, like "Europe/Rome"`;
  throw rejectedChange(UNKNOWN_TIME_ZONE, '/time_zone', message);
}

function applySubscription(before: FoldedOrg, change: LoggedChange, catalogues: Catalogues): FoldedOrg {
  const { edition, users, additional_limit } = parseValue(SubscriptionValue, change.value);
  const { product } = change;
  assertPathName(product, 'product', 'a product’s name');
  const old = before.subscriptions.get(product);
  if (!old && (edition === undefined || users === undefined)) {
    throw rejectedChange(
      'no-subscription',
      '',
      `${before.orgId} has no subscription to ${product} yet: specify edition and users`,
    );
  }
  if (edition !== undefined) assertEdition(catalogues, product, edition, effectiveAt(change));
  // Where a subscription was planned for later and now begins sooner, the planned limit is not in effect yet.
  const hasLimit = (old?.additionalLimit?.earliest ?? Infinity) <= effectiveAt(change);
  const fields: FoldedSubscription = {
    edition: add(old?.edition, change, edition),
    users: add(old?.users, change, users),
    additionalLimit: add(old?.additionalLimit, change, additional_limit ?? (hasLimit ? undefined : 0)),
  };
  return { ...before, subscriptions: new Map(before.subscriptions).set(product, fields) };
}

/** The edition must exist when it takes effect; later versions of the catalogue keep it (editions.ts). */
function assertEdition(catalogues: Catalogues, product: string, edition: string, from: number): void {
  try {
    editionAt(catalogues, product, edition, from);
  } catch (error) {
    if (!(error instanceof UnknownEditionError)) throw error;
    throw rejectedChange('unknown-edition', '/edition', error.message);
  }
}

function first<T>(change: LoggedChange, value: T): VersionList<T> {
  return VersionList.add(undefined, versionOf(change, value));
}

function add<T>(
  list: VersionList<T> | undefined,
  change: LoggedChange,
  value: T | undefined,
): VersionList<T> | undefined {
  return value === undefined ? list : VersionList.add(list, versionOf(change, value));
}
