import type { Alerting } from './alerting.ts';
import { fieldsOf, historyOf, type OrgFields } from './org-fields.ts';
import type { OrgHistory } from './org-history.ts';
import { VersionList } from './version-list.ts';

/** The settings of an organisation while the log is folded: each field can grow without copying its history. */
export interface FoldedOrg {
  readonly orgId: string;
  readonly timeZone: VersionList<string>;
  readonly billingDay: VersionList<number>;
  readonly subscriptions: ReadonlyMap<string, FoldedSubscription>;
  /** Undefined where nothing is set about alerts. */
  readonly alerting?: Alerting;
  /** Budgets, teams, caps and what the gate does, by guardKey: their values as JSON. */
  readonly guards: ReadonlyMap<string, VersionList<string>>;
}

export interface FoldedSubscription {
  readonly edition: VersionList<string> | undefined;
  readonly users: VersionList<number> | undefined;
  readonly additionalLimit: VersionList<number> | undefined;
}

interface Read {
  readonly fields: OrgFields;
  readonly history: OrgHistory;
}
const read = new WeakMap<FoldedOrg, Read>();

/** The fields and the history of a folded organisation, built at their first use. */
export function readFolded(org: FoldedOrg): Read {
  const known = read.get(org);
  if (known !== undefined) return known;
  const fields: OrgFields = {
    orgId: org.orgId,
    timeZone: org.timeZone.versions,
    billingDay: org.billingDay.versions,
    subscriptions: new Map(
      [...org.subscriptions].map(([product, { edition, users, additionalLimit }]) => [
        product,
        {
          edition: edition?.versions ?? [],
          users: users?.versions ?? [],
          additionalLimit: additionalLimit?.versions ?? [],
        },
      ]),
    ),
  };
  const made = { fields, history: historyOf(fields) };
  read.set(org, made);
  return made;
}

/** The local stack's rule as if it had been folded. Undefined for a history without a time zone or billing day. */
export function foldedOf(history: OrgHistory): FoldedOrg | undefined {
  const { orgId, timeZone, billingDay, subscriptions } = fieldsOf(history);
  const [zones, days] = [VersionList.of(timeZone), VersionList.of(billingDay)];
  if (zones === undefined || days === undefined) return undefined;
  return {
    orgId,
    timeZone: zones,
    billingDay: days,
    subscriptions: new Map(
      [...subscriptions].map(([product, { edition, users, additionalLimit }]) => [
        product,
        {
          edition: VersionList.of(edition),
          users: VersionList.of(users),
          additionalLimit: VersionList.of(additionalLimit),
        },
      ]),
    ),
    guards: new Map(),
  };
}
