import { Type, type Static } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import { NO_ALERTING, type Alerting } from './alerting.ts';
import type { FoldedOrg, FoldedSubscription } from './folded-org.ts';
import type { Version } from './org-history.ts';
import { VersionList } from './version-list.ts';

/** A version as an array: value, effectiveAt, recordedAt, recordedBy, reason, offset (null: no change of the log). */
const packed = <Value extends typeof Text | typeof Whole>(value: Value) =>
  Type.Array(Type.Tuple([value, Whole, Whole, Text, Text, Type.Union([Whole, Type.Null()])]));
const Text = Type.String();
const Whole = Type.Integer();
const PackedSubscription = Type.Object({
  product: Text,
  edition: packed(Text),
  users: packed(Whole),
  limit: packed(Whole),
});
/** Texts by product, or by the id of a destination. */
const PackedTexts = Type.Array(Type.Tuple([Text, packed(Text)]));
const PackedAlerting = Type.Object({ rules: PackedTexts, destinations: PackedTexts });
const PackedOrg = Type.Object({
  zone: packed(Text),
  day: packed(Whole),
  subscriptions: Type.Array(PackedSubscription),
  alerting: Type.Optional(PackedAlerting),
  guards: Type.Array(Type.Object({ key: Text, versions: packed(Text) })),
});
type Packed<T> = readonly [T, number, number, string, string, number | null];

/** A packed organisation does not have its shape: the snapshot is damaged. */
export class DamagedSnapshotError extends Error {
  readonly code = 'DAMAGED_SNAPSHOT';
  constructor(orgId: string) {
    super(
      `The settings snapshot of ${orgId} cannot be read: delete the rows of settings_snapshots and restart.`,
    );
    this.name = 'DamagedSnapshotError';
  }
}

/** The settings of an organisation as JSON. */
export function packOrg({ timeZone, billingDay, subscriptions, alerting, guards }: FoldedOrg): string {
  const org: Static<typeof PackedOrg> = {
    zone: packVersions(timeZone),
    day: packVersions(billingDay),
    subscriptions: [...subscriptions].map(([product, { edition, users, additionalLimit }]) => ({
      product,
      edition: packVersions(edition),
      users: packVersions(users),
      limit: packVersions(additionalLimit),
    })),
    ...(alerting && { alerting: packedAlerting(alerting) }),
    guards: [...guards].map(([key, versions]) => ({ key, versions: packVersions(versions) })),
  };
  return JSON.stringify(org);
}

/** The reverse of packOrg. @throws DamagedSnapshotError */
export function unpackOrg(orgId: string, json: string): FoldedOrg {
  const org: unknown = JSON.parse(json);
  if (!compiled(PackedOrg).check(org)) throw new DamagedSnapshotError(orgId);
  const [timeZone, billingDay] = [unpackVersions(org.zone), unpackVersions(org.day)];
  if (timeZone === undefined || billingDay === undefined) throw new DamagedSnapshotError(orgId);
  const subscriptions = new Map(
    org.subscriptions.map(({ product, edition, users, limit }): [string, FoldedSubscription] => [
      product,
      {
        edition: unpackVersions(edition),
        users: unpackVersions(users),
        additionalLimit: unpackVersions(limit),
      },
    ]),
  );
  const alerting = org.alerting && unpackedAlerting(org.alerting);
  const guards = new Map(
    org.guards.flatMap(({ key, versions }): [string, VersionList<string>][] => {
      const list = unpackVersions(versions);
      return list ? [[key, list]] : [];
    }),
  );
  return { orgId, timeZone, billingDay, subscriptions, guards, ...(alerting && { alerting }) };
}

/** What the platform has set about alerts as JSON; '' where that is nothing. */
export function packAlerting(alerting: Alerting): string {
  const isNothing = alerting.rules.size + alerting.destinations.size === 0;
  return isNothing ? '' : JSON.stringify(packedAlerting(alerting));
}

/** The reverse of packAlerting. @throws DamagedSnapshotError */
export function unpackAlerting(json: string): Alerting {
  if (json === '') return NO_ALERTING;
  const alerting: unknown = JSON.parse(json);
  if (!compiled(PackedAlerting).check(alerting)) throw new DamagedSnapshotError('the platform');
  return unpackedAlerting(alerting);
}

function packedAlerting({ rules, destinations }: Alerting): Static<typeof PackedAlerting> {
  return { rules: packTexts(rules), destinations: packTexts(destinations) };
}

function unpackedAlerting({ rules, destinations }: Static<typeof PackedAlerting>): Alerting {
  return { rules: unpackTexts(rules), destinations: unpackTexts(destinations) };
}

const packTexts = (lists: Alerting['rules']): Static<typeof PackedTexts> =>
  [...lists].map(([key, list]) => [key, packVersions(list)]);

function unpackTexts(texts: Static<typeof PackedTexts>): Alerting['rules'] {
  const found = new Map<string, VersionList<string>>();
  for (const [key, versions] of texts) {
    const list = unpackVersions(versions);
    if (list) found.set(key, list);
  }
  return found;
}

function packVersions<T>(
  list: VersionList<T> | undefined,
): [T, number, number, string, string, number | null][] {
  return (list?.versions ?? []).map(({ value, effectiveAt, recordedAt, recordedBy, reason, offset }) => [
    value,
    effectiveAt,
    recordedAt,
    recordedBy,
    reason,
    offset ?? null,
  ]);
}

function unpackVersions<T>(rows: readonly Packed<T>[]): VersionList<T> | undefined {
  return VersionList.of(
    rows.map(([value, effectiveAt, recordedAt, recordedBy, reason, offset]): Version<T> => ({
      value,
      effectiveAt,
      recordedAt,
      recordedBy,
      reason,
      ...(offset !== null && { offset }),
    })),
  );
}
