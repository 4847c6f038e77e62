import { Type, type Static } from 'typebox';
import { parseValue } from '../../domain/settings/change-rules.ts';
import { SubscriptionValue } from '../../domain/settings/change-values.ts';
import type { Outcome } from '../../domain/settings/outcome.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import { subscriptionBefore } from '../../domain/settings/org-fields.ts';
import type { OrgHistory, Subscription, Version } from '../../domain/settings/org-history.ts';
import { inEffectAt, inEffectDuring } from '../../domain/versions.ts';
import type { Sources } from '../dependencies.ts';
import { findOrg, noSubscription } from '../orgs/subscription.ts';
import { Credits } from '../parameters/counts.ts';
import { Instant } from '../parameters/instant.ts';
import { AddedToday, addedToday, WorstCase, worstCase } from './limit-cost.ts';
import { formatInstant } from '../../domain/instants.ts';

const strict = { additionalProperties: false };
const limitProperties = {
  credits: Credits,
  effective_at: Instant,
  recorded_at: Instant,
  recorded_by: Type.String(),
  reason: Type.String(),
};
const Limit = Type.Object(limitProperties, strict);
const ownProperties = {
  org_id: Type.String(),
  product: Type.String(),
  ...limitProperties,
  worst_case: WorstCase,
};

/** What a limit would cost, before it is set. */
const LimitPreview = Type.Object({ credits: Credits, worst_case: WorstCase, today: AddedToday }, strict);

/** The limit in effect. */
export const LimitAnswer = Type.Object(
  {
    ...ownProperties,
    later: Type.Array(Limit, { description: 'Limits that are recorded to take effect later.' }),
    preview: Type.Optional(LimitPreview),
  },
  strict,
);

/** The limit that the request set. */
export const LimitSetAnswer = Type.Object(
  {
    ...ownProperties,
    today: AddedToday,
    in_effect: Type.Object(
      { credits: Credits, effective_at: Instant },
      { ...strict, description: 'The limit in effect now; a different one if another change has followed.' },
    ),
  },
  strict,
);

/** Throws the Problem `no-subscription` before the subscription has begun. */
export function limitAnswer(
  settings: SettingsState,
  orgId: string,
  product: string,
  now: number,
): Static<typeof LimitAnswer> {
  const org = findOrg(settings, orgId);
  const limits = settings.fields(orgId)?.subscriptions.get(product)?.additionalLimit ?? [];
  const current = inEffectAt(limits, now);
  if (current === undefined) throw noSubscription(`The subscription of ${product} has not begun.`);
  const later = inEffectDuring(limits, now, Number.MAX_SAFE_INTEGER).filter((limit) => limit !== current);
  return {
    org_id: orgId,
    product,
    ...limitOf(current),
    worst_case: worstCase(org, settings.catalogues, current.value, now),
    later: later.map((limit) => limitOf(limit)),
  };
}

/** What the limit would cost if it were set now, and what it would make billable today. Changes nothing. */
export async function limitPreview(
  sources: Sources,
  settings: SettingsState,
  { org, subscription }: { readonly org: OrgHistory; readonly subscription: Subscription },
  credits: number,
): Promise<Static<typeof LimitPreview>> {
  const { catalogues } = settings;
  const now = sources.now();
  return {
    credits,
    worst_case: worstCase(org, catalogues, credits, now),
    today: await addedToday(sources, { org, subscription, catalogues }, now, credits),
  };
}

/** @param settings that include the recorded change */
export async function limitSetAnswer(
  sources: Sources,
  settings: SettingsState,
  outcome: Outcome,
): Promise<Static<typeof LimitSetAnswer>> {
  const { change, effectiveAt } = outcome;
  const { product } = change;
  const { catalogues } = settings;
  const org = findOrg(settings, change.org_id);
  const fields = settings.fields(org.orgId)?.subscriptions.get(product);
  const { additional_limit: value } = parseValue(SubscriptionValue, change.value);
  // The brokers' clock may be ahead of this process's.
  const current = inEffectAt(fields?.additionalLimit ?? [], Math.max(sources.now(), effectiveAt));
  if (fields === undefined || value === undefined || current === undefined) {
    throw new Error(`The limit of change ${change.change_id} is not in the settings.`);
  }
  const before = subscriptionBefore(product, fields, change.offset);
  return {
    org_id: org.orgId,
    product,
    // Of the change: a limit that is set once more is not another version in the settings.
    ...limitOf({
      value,
      effectiveAt,
      recordedAt: change.appended_at,
      recordedBy: change.recorded_by,
      reason: change.reason,
    }),
    worst_case: worstCase(org, catalogues, value, effectiveAt),
    today: await addedToday(sources, { org, subscription: before, catalogues }, effectiveAt, value),
    in_effect: { credits: current.value, effective_at: formatInstant(current.effectiveAt) },
  };
}

function limitOf(version: Version<number>): Static<typeof Limit> {
  const { value, effectiveAt, recordedAt, recordedBy, reason } = version;
  return {
    credits: value,
    effective_at: formatInstant(effectiveAt),
    recorded_at: formatInstant(recordedAt),
    recorded_by: recordedBy,
    reason,
  };
}
