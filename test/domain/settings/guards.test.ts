import { budgetsAt, capAt, gateTermsAt } from '../../../domain/gate/terms.ts';
import { SettingsState } from '../../../domain/settings/state.ts';
import { created, logOf, NO_SETTINGS, rejectionsOf, subscribed } from './changes.ts';

const T = Date.parse('2026-03-10T12:00:00Z');
const LATER = T + 3_600_000;
const known = [created(), subscribed({ edition: 'free', users: 1, additional_limit: 1_000 })];
const guard = (kind: string, value: object, product = 'crm') => ({ kind, product, value });
const budget = (scope: string, name: string, credits: number | null) =>
  guard('budget', { scope, name, credits });
const team = (name: string, users: readonly string[] | null) => guard('team', { name, users }, '');

const after = (...changes: Parameters<typeof logOf>[1][]) => {
  const log = logOf(T, ...known, ...changes);
  const state = NO_SETTINGS.after(log);
  return { state, rejections: rejectionsOf(state, log) };
};

describe('budgets and teams', () => {
  it('are in effect from their change on, a team’s with its present members', () => {
    const { state, rejections } = after(
      team('sales', ['ann', 'bob']),
      budget('team', 'sales', 300),
      budget('user', 'ann', 100),
      team('sales', ['bob', 'eve']),
    );
    expect(rejections).toEqual([]);
    expect(budgetsAt(state.guards('acme'), 'crm', LATER)).toEqual([
      { scope: 'team', name: 'sales', credits: 300, users: ['bob', 'eve'] },
      { scope: 'user', name: 'ann', credits: 100 },
    ]);
    expect(budgetsAt(state.guards('acme'), 'crm', T + 1_500)).toEqual([]);
    expect(budgetsAt(state.guards('acme'), 'bigin', LATER)).toEqual([]);
  });

  it('end with null, and begin again', () => {
    const ended = after(budget('app', 'sync', 5), budget('app', 'sync', null)).state;
    expect(budgetsAt(ended.guards('acme'), 'crm', LATER)).toEqual([]);
    const again = after(
      budget('app', 'sync', 5),
      budget('app', 'sync', null),
      budget('app', 'sync', 7),
    ).state;
    expect(budgetsAt(again.guards('acme'), 'crm', LATER)).toMatchObject([{ credits: 7 }]);
  });

  it('survive a snapshot with their history', () => {
    const { state } = after(team('sales', ['ann']), budget('team', 'sales', 300));
    const restored = SettingsState.restore('none', state.snapshot());
    expect(restored.guards('acme')).toEqual(state.guards('acme'));
  });

  it.each<[string, Parameters<typeof logOf>[1][], string]>([
    ['a budget of a team that does not exist', [budget('team', 'sales', 1)], '2 unknown-team /name'],
    ['a budget below 0', [budget('user', 'ann', -1)], '2 shape /credits'],
    ['a budget of an unknown kind', [budget('app-group', 'x', 1)], '2 shape /scope'],
    ['a budget without a name', [budget('user', '', 1)], '2 shape /name'],
    [
      'a product without a subscription',
      [{ ...budget('user', 'ann', 1), product: 'bigin' }],
      '2 no-subscription',
    ],
    [
      'a team that has a budget, dissolved',
      [team('sales', ['ann']), budget('team', 'sales', 1), team('sales', null)],
      '4 team-in-use',
    ],
    ['a member who is named twice', [team('sales', ['ann', 'ann'])], '2 shape /users'],
    ['a cap of half a cent', [guard('spending-cap', { amount: '50.005' })], '2 amount /amount'],
    ['a cap that is not an amount', [guard('spending-cap', { amount: '1e3' })], '2 shape /amount'],
    ['an unknown mode', [guard('gate', { mode: 'on', when_unreachable: null })], '2 shape /mode'],
  ])('reject %s', (_, changes, rejection) => {
    expect(after(...changes).rejections).toEqual([rejection]);
  });

  it('are at most 200 for an organisation', () => {
    const many = Array.from({ length: 201 }, (_, index) => budget('user', `user-${index}`, 1));
    expect(after(...many).rejections).toEqual(['202 too-many-guards']);
  });
});

describe('the terms of the gate', () => {
  it('are the limit of the subscription, and enforce it unless the organisation says otherwise', () => {
    const { state } = after();
    expect(gateTermsAt(state, 'acme', 'crm', LATER, 10_000)).toEqual({
      total: 6_000,
      cap: undefined,
      budgets: [],
      mode: 'enforce',
      whenUnreachable: undefined,
    });
    expect(gateTermsAt(state, 'acme', 'bigin', LATER, 10_000)).toBeUndefined();
    expect(gateTermsAt(state, 'unknown', 'crm', LATER, 10_000)).toBeUndefined();
  });

  it('have the cap, the mode, and what happens while no gate answers', () => {
    const { state } = after(
      guard('spending-cap', { amount: '50.00' }),
      guard('gate', { mode: 'dry-run', when_unreachable: 'reject' }),
    );
    expect(gateTermsAt(state, 'acme', 'crm', LATER, 10_000)).toMatchObject({
      mode: 'dry-run',
      whenUnreachable: 'reject',
    });
    expect(capAt(state.guards('acme'), 'crm', LATER)?.toString()).toBe('50');
    const removed = after(guard('spending-cap', { amount: '50' }), guard('spending-cap', { amount: null }));
    expect(capAt(removed.state.guards('acme'), 'crm', LATER)).toBeUndefined();
  });

  it('have a limit that falls within a lease already', () => {
    const falls = subscribed({ additional_limit: 0 }, { effective_at: LATER + 5_000 });
    const { state } = after(falls);
    expect(gateTermsAt(state, 'acme', 'crm', LATER, 10_000)?.total).toBe(5_000);
    expect(gateTermsAt(state, 'acme', 'crm', LATER - 60_000, 10_000)?.total).toBe(6_000);
  });
});
