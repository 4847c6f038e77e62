import { Type, type Static, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { editionAt, UnknownEdition, type Catalogues } from '../../schemas/catalogues.ts';
import { MAX_NAME_BYTES } from '../../schemas/event-rules.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';
import type { Version } from '../../schemas/settings.ts';
import { changesWithin } from '../../schemas/versions.ts';
import { isTimeZone } from '../calendar/zone-days.ts';
import type { OrgFields, SubscriptionFields } from './org-fields.ts';
import { SettingsRefused } from './refused.ts';

/** D: no platform sells more in 24 hours; it also keeps every sum far below 2^53. */
const MOST_CREDITS = 1_000_000_000;
const MOST_USERS = 10_000_000;

export const OrgValue = Type.Object(
  {
    time_zone: Type.Optional(Type.String({ maxLength: 64 })),
    billing_day: Type.Optional(Type.Integer({ minimum: 1, maximum: 31 })),
  },
  { additionalProperties: false, minProperties: 1 },
);
export const SubscriptionValue = Type.Object(
  {
    edition: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
    users: Type.Optional(Type.Integer({ minimum: 0, maximum: MOST_USERS })),
    additional_limit: Type.Optional(Type.Integer({ minimum: 0, maximum: MOST_CREDITS })),
  },
  { additionalProperties: false, minProperties: 1 },
);

/**
 * An org's settings after one more change, or a SettingsRefused that says why it may not be.
 * A function of what stands before it in the log and of the change alone, so every reader decides the same.
 */
export function applyOrgChange(
  before: OrgFields | undefined,
  change: LoggedChange,
  catalogues: Catalogues,
): OrgFields {
  if (change.kind === 'org') return applyOrg(before, change);
  if (change.kind !== 'subscription') {
    throw new SettingsRefused('unknown-kind', '', `${change.kind} is no kind of change that an org has`);
  }
  if (!before) {
    throw new SettingsRefused('unknown-org', '', `${change.org_id} is no organisation yet: create it first`);
  }
  return applySubscription(before, change, catalogues);
}

function applyOrg(before: OrgFields | undefined, change: LoggedChange): OrgFields {
  const { time_zone, billing_day } = parseValue(OrgValue, change.value);
  if (time_zone !== undefined && !isTimeZone(time_zone)) {
    throw new SettingsRefused(
      'unknown-time-zone',
      '/time_zone',
      `${time_zone} is no IANA time zone, like "Europe/Rome"`,
    );
  }
  if (!before && (time_zone === undefined || billing_day === undefined)) {
    throw new SettingsRefused('incomplete', '', 'a new organisation needs time_zone and billing_day');
  }
  return {
    orgId: change.org_id,
    timeZone: add(before?.timeZone, change, time_zone),
    billingDay: add(before?.billingDay, change, billing_day),
    subscriptions: before?.subscriptions ?? new Map(),
  };
}

function applySubscription(before: OrgFields, change: LoggedChange, catalogues: Catalogues): OrgFields {
  const { edition, users, additional_limit } = parseValue(SubscriptionValue, change.value);
  const { product } = change;
  if (product === '' || Buffer.byteLength(product) > MAX_NAME_BYTES) {
    throw new SettingsRefused(
      'product',
      '/product',
      `a subscription names its product, 1 to ${MAX_NAME_BYTES} bytes`,
    );
  }
  const old = before.subscriptions.get(product);
  if (!old && (edition === undefined || users === undefined)) {
    throw new SettingsRefused('incomplete', '', `a new subscription of ${product} needs edition and users`);
  }
  const fields: SubscriptionFields = {
    edition: add(old?.edition, change, edition),
    users: add(old?.users, change, users),
    additionalLimit: add(old?.additionalLimit, change, additional_limit ?? (old ? undefined : 0)),
  };
  if (edition !== undefined) assertEdition(catalogues, product, edition, effectiveAt(change));
  return { ...before, subscriptions: new Map(before.subscriptions).set(product, fields) };
}

/** The edition must exist when it takes effect, and in every later version of the catalogue that is known. */
function assertEdition(catalogues: Catalogues, product: string, edition: string, from: number): void {
  try {
    for (const instant of [from, ...changesWithin(catalogues.editions, from, Number.POSITIVE_INFINITY)]) {
      editionAt(catalogues, product, edition, instant);
    }
  } catch (error) {
    if (!(error instanceof UnknownEdition)) throw error;
    throw new SettingsRefused('unknown-edition', '/edition', error.message);
  }
}

/** Settings take effect when they are recorded or later, never in the past (domain.md). */
export function effectiveAt(change: LoggedChange): number {
  return Math.max(change.appended_at, change.effective_at);
}

function add<T>(
  versions: readonly Version<T>[] = [],
  change: LoggedChange,
  value: T | undefined,
): Version<T>[] {
  if (value === undefined) return [...versions];
  return [
    ...versions,
    {
      value,
      effectiveAt: effectiveAt(change),
      recordedAt: change.appended_at,
      recordedBy: change.recorded_by,
      reason: change.reason,
    },
  ];
}

/** The change's JSON, checked. Throws SettingsRefused with the first deviation. */
export function parseValue<Schema extends TSchema>(schema: Schema, json: string): Static<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new SettingsRefused('not-json', '', 'the value is no JSON');
  }
  if (Value.Check(schema, value)) return value;
  const [error] = Value.Errors(schema, value);
  throw new SettingsRefused(
    'shape',
    error?.instancePath ?? '',
    `${error?.instancePath || 'the value'} ${error?.message}`,
  );
}
