import { SettingsState } from '../../../domain/settings/state.ts';
import type { LoggedChange } from '../../../schemas/settings-change.ts';

/** The state before the first change, without the local stack's rule. */
export const NO_SETTINGS = new SettingsState('none');

type Given = Partial<Omit<LoggedChange, 'value'>> & { readonly value?: object };

/** Changes as records of the log: offsets from 0, appended a second apart from an instant on, each with its own id. */
export function logOf(firstAppendedAt: number, ...changes: readonly Given[]): LoggedChange[] {
  return changes.map((given, offset) => logged(given, offset, firstAppendedAt + offset * 1_000));
}

function logged({ value = {}, ...given }: Given, offset: number, appendedAt: number): LoggedChange {
  return {
    offset,
    appended_at: appendedAt,
    change_id: `change-${offset}`,
    org_id: 'acme',
    kind: 'org',
    product: '',
    effective_at: 0,
    recorded_by: 'ann',
    reason: 'asked for',
    ...given,
    value: JSON.stringify(value),
  };
}

export const created = (time_zone = 'UTC', billing_day = 1): Given => ({
  kind: 'new-org',
  value: { time_zone, billing_day },
});

export const subscribed = (value: object, more: Given = {}): Given => ({
  kind: 'subscription',
  product: 'crm',
  value,
  ...more,
});

export const catalogued = (
  kind: 'editions' | 'prices' | 'costs',
  value: unknown,
  more: Given = {},
): Given => ({
  kind,
  org_id: '',
  value: Object(value),
  ...more,
});

/** The rejected changes of a log, as `offset code path`. */
export function rejectionsOf(state: SettingsState, log: readonly LoggedChange[]): string[] {
  return log.flatMap(({ change_id, offset }) => {
    const rejection = state.outcome(change_id)?.rejection;
    return rejection ? [`${offset} ${rejection.code} ${rejection.path}`.trim()] : [];
  });
}
