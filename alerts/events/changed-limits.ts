import { parseValue } from '../../domain/settings/change-rules.ts';
import { SubscriptionValue } from '../../domain/settings/change-values.ts';
import type { SettingsState } from '../../domain/settings/state.ts';
import { formatInstant } from '../../domain/instants.ts';
import type { LogRecord } from '../../platform/landed-log.ts';
import type { LoggedChange } from '../../schemas/settings-change.ts';
import { eventRecord, wanting } from './wanting.ts';

/** The events of accepted changes of an additional limit. */
export function changedLimits(settings: SettingsState, changes: readonly LoggedChange[]): LogRecord[] {
  return changes.flatMap(({ kind, org_id: orgId, product, change_id, offset }) => {
    if (kind !== 'subscription' || wanting(settings, orgId, 'limit.changed').length === 0) return [];
    const outcome = settings.outcome(change_id);
    // Of several changes under one id the first counts, and a rejected one changes nothing.
    if (outcome?.change.offset !== offset || outcome.rejection) return [];
    const { additional_limit } = parseValue(SubscriptionValue, outcome.change.value);
    if (additional_limit === undefined) return [];
    const { recorded_by, reason } = outcome.change;
    const effective_at = formatInstant(outcome.effectiveAt);
    return eventRecord('limit.changed', { orgId, product }, [change_id], {
      additional_limit,
      effective_at,
      recorded_by,
      reason,
    });
  });
}
