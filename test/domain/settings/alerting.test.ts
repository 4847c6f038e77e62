import { MAX_DESTINATIONS, type Destination } from '../../../domain/alerts/destinations.ts';
import { BUNDLED_RULES } from '../../../domain/alerts/rules.ts';
import { defaultRulesAt, destinationsAt, ownRulesAt } from '../../../domain/settings/alerting.ts';
import { SettingsState } from '../../../domain/settings/state.ts';
import type { LoggedChange } from '../../../schemas/settings-change.ts';

const change = (offset: number, kind: string, org_id: string, value: object): LoggedChange => ({
  change_id: `change-${offset}`,
  org_id,
  kind,
  product: kind === 'alert-rules' ? 'crm' : '',
  value: JSON.stringify(value),
  effective_at: 0,
  recorded_by: 'ann',
  reason: '',
  offset,
  appended_at: 1_000 + offset,
});
const NEW_ORG = change(0, 'new-org', 'acme', { time_zone: 'UTC', billing_day: 1 });
const RULES = [{ rule_id: 'half', kind: 'total-share', percent: 50 } as const];
const destination = (given: Partial<Destination> = {}): Destination => ({
  destination_id: 'ops',
  type: 'webhook',
  url: 'https://ops.example/hook',
  events: ['alert.raised'],
  is_enabled: true,
  generation: 1,
  rotated_at: 0,
  disabled_reason: '',
  is_removed: false,
  ...given,
});
const DESK: Destination = {
  destination_id: 'desk',
  type: 'email',
  to: ['a@b.example'],
  events: ['alert.raised'],
  is_enabled: true,
  generation: 1,
  rotated_at: 0,
  disabled_reason: '',
  is_removed: false,
};
const after = (...changes: LoggedChange[]): SettingsState =>
  new SettingsState('none').after([NEW_ORG, ...changes]);
const rejectionOf = (state: SettingsState, offset: number) =>
  state.outcome(`change-${offset}`)?.rejection?.message;

describe('rules of alerts in the settings', () => {
  it('are the release’s, then the platform’s, then the organisation’s own, each from when it was recorded', () => {
    const platform = { rules: RULES, platform_rules: [] };
    const own = [{ rule_id: 'late', kind: 'over-limit', credits: 1 } as const];
    const state = after(
      change(1, 'alert-defaults', '', platform),
      change(2, 'alert-rules', 'acme', { rules: own }),
      change(3, 'alert-rules', 'acme', { rules: null }),
    );
    const defaults = (at: number) => defaultRulesAt(state.platformAlerting, at).rules.rules;
    expect([defaults(1_000), defaults(1_001)]).toEqual([BUNDLED_RULES, RULES]);
    const ownAt = (at: number) => ownRulesAt(state.alerting('acme'), 'crm', at)?.rules;
    expect([ownAt(1_001), ownAt(1_002), ownAt(1_003)]).toEqual([undefined, own, undefined]);
    expect(ownRulesAt(state.alerting('acme'), 'bigin', 1_002)).toBeUndefined();
  });

  it('that break the rules are rejected with their place, and change nothing', () => {
    const state = after(
      change(1, 'alert-rules', 'acme', { rules: [{ rule_id: 'half', kind: 'total-share' }] }),
      change(2, 'alert-rules', 'acme', { rules: [{ rule_id: 'X', kind: 'total-share', percent: 1 }] }),
      change(3, 'alert-rules', '', { rules: RULES }),
      change(4, 'alert-defaults', 'acme', { rules: RULES, platform_rules: [] }),
      change(5, 'alert-rules', 'unknown', { rules: RULES }),
    );
    expect(rejectionOf(state, 1)).toBe('/rules/0/percent is missing: total-share needs it');
    expect(rejectionOf(state, 2)).toContain('/rules/0/rule_id');
    for (const offset of [3, 4])
      expect(rejectionOf(state, offset)).toContain('alert-defaults are the platform’s');
    expect(rejectionOf(state, 5)).toContain('does not exist');
    expect(state.alerting('acme')).toBeUndefined();
  });
});

describe('destinations in the settings', () => {
  it('are those that are not removed, by their ids', () => {
    const state = after(
      change(1, 'alert-destination', 'acme', destination()),
      change(2, 'alert-destination', 'acme', DESK),
      change(3, 'alert-destination', 'acme', destination({ is_removed: true })),
    );
    const at = (instant: number) =>
      destinationsAt(state.alerting('acme'), instant).map((each) => each.destination.destination_id);
    expect([at(1_001), at(1_002), at(1_003)]).toEqual([['ops'], ['desk', 'ops'], ['desk']]);
  });

  it('are limited, and need an address of their own type', () => {
    const many = Array.from({ length: MAX_DESTINATIONS + 1 }, (_, index) =>
      change(index + 1, 'alert-destination', 'acme', destination({ destination_id: `d${index}` })),
    );
    const state = after(
      ...many,
      // One of them may still change.
      change(50, 'alert-destination', 'acme', destination({ destination_id: 'd0', is_enabled: false })),
      change(51, 'alert-destination', 'acme', destination({ type: 'email' })),
      change(52, 'alert-destination', 'acme', destination({ url: 'https://ann:secret@ops.example/' })),
    );
    expect(rejectionOf(state, MAX_DESTINATIONS)).toBeUndefined();
    expect(rejectionOf(state, MAX_DESTINATIONS + 1)).toContain('the most that are kept');
    expect(rejectionOf(state, 50)).toBeUndefined();
    expect(rejectionOf(state, 51)).toBe(
      '/to is missing: an email destination needs it; /url is of webhooks: leave it out',
    );
    expect(rejectionOf(state, 52)).toBe('/url must have no user name and no password');
  });
});

it('a snapshot has all of it', () => {
  const state = after(
    change(1, 'alert-defaults', '', { rules: RULES, platform_rules: [] }),
    change(2, 'alert-rules', 'acme', { rules: RULES }),
    change(3, 'alert-destination', 'acme', destination()),
    change(4, 'alert-destination', '', destination()),
  );
  const restored = SettingsState.restore('none', JSON.parse(JSON.stringify(state.snapshot())));
  expect(restored.snapshot()).toEqual(state.snapshot());
  expect(ownRulesAt(restored.alerting('acme'), 'crm', 2_000)).toEqual(
    ownRulesAt(state.alerting('acme'), 'crm', 2_000),
  );
  expect(destinationsAt(restored.platformAlerting, 2_000)).toEqual(
    destinationsAt(state.platformAlerting, 2_000),
  );
});
