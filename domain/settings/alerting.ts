import { Type, type Static } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import {
  AlertRules,
  BUNDLED_PLATFORM_RULES,
  BUNDLED_RULES,
  PlatformRules,
  type AlertRule,
  type PlatformRule,
} from '../alerts/rules.ts';
import { DestinationValue, type Destination } from '../alerts/destinations.ts';
import { inEffectAt } from '../versions.ts';
import type { Version } from './org-history.ts';
import type { VersionList } from './version-list.ts';

/**
 * What is set about alerts: of an organisation its rules by product and its destinations; of the platform ('') the
 * default rules, under the product '', and its own destinations. Values are JSON texts, so that a value which changes
 * nothing is one version.
 */
export interface Alerting {
  readonly rules: ReadonlyMap<string, VersionList<string>>;
  readonly destinations: ReadonlyMap<string, VersionList<string>>;
}

export const NO_ALERTING: Alerting = { rules: new Map(), destinations: new Map() };

const strict = { additionalProperties: false };
/** The value of a change of kind `alert-rules`. Null: the platform's defaults again. */
export const RulesValue = Type.Object({ rules: Type.Union([AlertRules, Type.Null()]) }, strict);
/** The value of a change of kind `alert-defaults`. */
export const DefaultsValue = Type.Object({ rules: AlertRules, platform_rules: PlatformRules }, strict);

/** Rules and when they were set; undefined where they are the defaults of the release. */
export interface RulesInEffect<Rules> {
  readonly rules: Rules;
  readonly version: Version<string> | undefined;
}

/** The rules that an organisation has set for a product itself; undefined where it has set none. */
export function ownRulesAt(
  alerting: Alerting | undefined,
  product: string,
  instant: number,
): RulesInEffect<readonly AlertRule[]> | undefined {
  const version = inEffectAt(alerting?.rules.get(product)?.versions ?? [], instant);
  const rules = version && parsed(RulesValue, version).rules;
  return rules ? { rules, version } : undefined;
}

/** The platform's rules: those for organisations without rules of their own, and those for itself. */
export function defaultRulesAt(
  platform: Alerting,
  instant: number,
): RulesInEffect<Static<typeof DefaultsValue>> {
  const version = inEffectAt(platform.rules.get('')?.versions ?? [], instant);
  if (version === undefined) return { rules: BUNDLED, version };
  return { rules: parsed(DefaultsValue, version), version };
}

const BUNDLED: { rules: AlertRule[]; platform_rules: PlatformRule[] } = {
  rules: [...BUNDLED_RULES],
  platform_rules: [...BUNDLED_PLATFORM_RULES],
};

/** A destination and the version that set it. */
export interface DestinationInEffect {
  readonly destination: Destination;
  readonly version: Version<string>;
}

/** The destinations that are not removed, by their ids. */
export function destinationsAt(alerting: Alerting | undefined, instant: number): DestinationInEffect[] {
  const found: DestinationInEffect[] = [];
  for (const list of alerting?.destinations.values() ?? []) {
    const version = inEffectAt(list.versions, instant);
    const destination = version && parsed(DestinationValue, version);
    if (version && destination && !destination.is_removed) found.push({ destination, version });
  }
  return found.toSorted((one, other) =>
    one.destination.destination_id < other.destination.destination_id ? -1 : 1,
  );
}

/**
 * The destinations as they were recorded last. Where they are delivered to: the brokers' clock, by which a change takes
 * effect, may be ahead of this one's.
 */
export const lastDestinations = (alerting: Alerting | undefined): DestinationInEffect[] =>
  destinationsAt(alerting, Infinity);

/**
 * The destination that had an id last, also one that is removed: another one under its id must not sign by its secret,
 * which is derived from the id and the generation.
 */
export function lastUnder(alerting: Alerting | undefined, destinationId: string): Destination | undefined {
  const version = alerting?.destinations.get(destinationId)?.latest;
  return version && parsed(DestinationValue, version);
}

/** Versions are never changed, and the same ones are read again and again. */
const known = new WeakMap<Version<string>, unknown>();

/** What the fold has accepted has the shape. */
function parsed<Schema extends typeof RulesValue | typeof DefaultsValue | typeof DestinationValue>(
  schema: Schema,
  version: Version<string>,
): Static<Schema> {
  const value: unknown = known.get(version) ?? JSON.parse(version.value);
  const { check } = compiled(schema);
  if (!check(value))
    throw new TypeError(`A setting of alerts at offset ${version.offset} has lost its shape.`);
  known.set(version, value);
  return value;
}
