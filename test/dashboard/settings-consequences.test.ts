import type { SettingsPreview, SubscriptionPreview } from '../../api/dashboard/web/answers.ts';
import { changeText } from '../../api/dashboard/web/panels/change-text.ts';
import {
  billingDayText,
  includedText,
  worstCaseText,
  zoneText,
} from '../../api/dashboard/web/panels/settings-consequences.ts';

const AS_IT_IS: SettingsPreview['as_it_is'] = {
  today: { day: '2026-11-22', from: '2026-11-22T00:00:00.000Z', to: '2026-11-23T00:00:00.000Z' },
  tomorrow: { day: '2026-11-23', from: '2026-11-23T00:00:00.000Z', to: '2026-11-24T00:00:00.000Z' },
  period: { from: '2026-11-01', to: '2026-12-01', days: 30 },
  next_period: { from: '2026-12-01', to: '2027-01-01', days: 31 },
  next_period_worst_cases: [],
};

/** Terms with so many included credits, now and as the highest of today. */
const terms = (included: number, today: number): SubscriptionPreview['as_it_would_be'] => ({
  edition: 'standard',
  users: 1,
  included,
  additional_limit: 0,
  worst_case: {
    currency: 'USD',
    day: { amount: '0', slabs: [] },
    month: { from: '2026-11-01', to: '2026-12-01', days: 30, amount: '0', rounded_amount: '0' },
  },
  today: { day: '2026-11-22', included: today },
});

describe('the consequences of a change of settings', () => {
  it('name the first day in another time zone, and its length', () => {
    const tomorrow = { ...AS_IT_IS.tomorrow, to: '2026-11-23T15:00:00.000Z' };
    const preview = { org_id: 'one', as_it_is: AS_IT_IS, as_it_would_be: { ...AS_IT_IS, tomorrow } };
    const text = zoneText(preview, 'UTC', 'Asia/Tokyo');
    expect(text).toMatch(/^Today, .*22.*, still ends at .* in UTC\. The first day in Asia\/Tokyo is .*23/);
    expect(text).toContain('after 15 h. It has the credits of one day.');
  });

  it('name the next period after another billing day, and how many days it has', () => {
    const next_period = { from: '2026-12-01', to: '2026-12-10', days: 9 };
    const preview = { org_id: 'one', as_it_is: AS_IT_IS, as_it_would_be: { ...AS_IT_IS, next_period } };
    expect(billingDayText(preview, 10)).toMatch(
      /The next one is .*, 9 days instead of 31\. From then on periods begin on day 10 of the month\.$/,
    );
  });

  it('name the highest cost with its period', () => {
    const text = worstCaseText('crm', {
      currency: 'USD',
      day: { amount: '6.8', slabs: [] },
      month: { from: '2026-12-01', to: '2026-12-10', days: 9, amount: '61.2', rounded_amount: '61.2' },
    });
    expect(text).toMatch(/^crm costs at most .*6\.80 a day .* and .*61\.20 in .* \(9 days\)\.$/);
  });

  it('name the included credits before and after, and what today keeps', () => {
    const of = { org_id: 'one', product: 'crm' };
    const fewer = includedText({
      ...of,
      as_it_is: terms(52_500, 52_500),
      as_it_would_be: terms(5_000, 52_500),
    });
    expect(fewer.join(' ')).toMatch(/5.000 credits .* instead of 52.500.* keeps the highest .*52.500/);
    const more = includedText({
      ...of,
      as_it_is: terms(5_000, 5_000),
      as_it_would_be: terms(52_500, 52_500),
    });
    expect(more.join(' ')).toMatch(/count for all of today too/);
    const same = includedText({ ...of, as_it_is: terms(5_000, 5_000), as_it_would_be: terms(5_000, 5_000) });
    expect(same.join(' ')).toMatch(/as before\.$/);
    const first = includedText({ ...of, as_it_is: null, as_it_would_be: terms(5_000, 5_000) });
    expect(first.join(' ')).toMatch(/from now on and for all of today\.$/);
  });
});

describe('a change in the history', () => {
  it('is written in words', () => {
    expect(
      changeText({ kind: 'subscription', product: 'crm', value: { edition: 'standard', users: 25 } }),
    ).toBe('crm: edition standard, users 25');
    expect(changeText({ kind: 'new-org', product: null, value: { time_zone: 'UTC', billing_day: 1 } })).toBe(
      'Created: time zone UTC, billing day 1',
    );
  });

  it('names budgets, teams, the cap, the gate and alerts', () => {
    const texts = [
      { kind: 'budget', product: 'crm', value: { scope: 'user', name: 'ann', credits: 500 } },
      { kind: 'budget', product: 'crm', value: { scope: 'app', name: 'sync', credits: null } },
      { kind: 'team', product: null, value: { name: 'support', users: ['ann', 'bob'] } },
      { kind: 'team', product: null, value: { name: 'support', users: null } },
      { kind: 'spending-cap', product: 'crm', value: { amount: '50' } },
      { kind: 'spending-cap', product: 'crm', value: { amount: null } },
      { kind: 'subscription', product: 'crm', value: { additional_limit: 900 } },
      { kind: 'gate', product: 'crm', value: { mode: 'dry-run', when_unreachable: null } },
      { kind: 'alert-rules', product: 'crm', value: { rules: null } },
      { kind: 'alert-destination', product: null, value: { destination_id: 'ops', is_enabled: false } },
      {
        kind: 'alert-destination',
        product: null,
        value: { destination_id: 'ops', is_enabled: true, generation: 2 },
      },
    ].map((change) => changeText(change, 'USD'));
    expect(texts).toEqual([
      'crm: budget of user ann 500 credits',
      'crm: budget of app sync ended',
      'team support: ann, bob',
      'team support dissolved',
      'crm: spending cap 50 USD',
      'crm: spending cap ended',
      'crm: additional limit 900 credits',
      'crm: gate dry-run, calls while no gate answers: as configured',
      'crm: alert rules: the platform’s defaults',
      'alert destination ops disabled',
      'alert destination ops enabled, secret no. 2',
    ]);
  });

  it('of a kind that this screen does not know shows its values', () => {
    expect(changeText({ kind: 'alert-rule', product: null, value: { share: 0.8, on: ['a'] } })).toBe(
      'share 0.8, on ["a"]',
    );
    expect(changeText({ kind: 'org', product: null, value: 'not JSON' })).toBe('not JSON');
  });
});
