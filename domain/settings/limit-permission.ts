import type { SettingsChange } from '../../schemas/settings-change.ts';
import { inEffectAt } from '../versions.ts';
import { parseValue } from './change-rules.ts';
import { SubscriptionValue } from './change-values.ts';
import { rejectedChange } from './rejected-change.ts';
import type { SettingsState } from './state.ts';

/**
 * The change as it may be recorded by anyone other than the organisation's super admin, who alone sets the additional
 * limit (Z). A new subscription may get a first one. For an existing subscription the change may only repeat the limit,
 * and is recorded without it, so that it cannot undo what the super admin sets in the meantime.
 * @param now epoch milliseconds
 * @throws SettingsRejectedError `limit-not-allowed`
 */
export function keepingLimit(settings: SettingsState, change: SettingsChange, now: number): SettingsChange {
  if (change.kind !== 'subscription') return change;
  const limit = parseValue(SubscriptionValue, change.value).additional_limit;
  const limits = settings.fields(change.org_id)?.subscriptions.get(change.product)?.additionalLimit;
  if (limit === undefined || limits === undefined) return change;
  // The limit of a subscription that has not begun is the first one planned.
  const current = (inEffectAt(limits, Math.max(now, change.effective_at)) ?? limits[0])?.value;
  const kept = withoutLimit(change);
  if (limit === current && kept.value !== '{}') return kept;
  throw rejectedChange(
    'limit-not-allowed',
    '',
    `the additional limit of ${change.product} is ${current}: only the super admin of the organisation may change it`,
  );
}

/** The same change of a subscription without its limit. */
export function withoutLimit(change: SettingsChange): SettingsChange {
  const { edition, users } = parseValue(SubscriptionValue, change.value);
  return { ...change, value: JSON.stringify({ edition, users }) };
}
