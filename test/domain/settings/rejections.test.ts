import { created, logOf, NO_SETTINGS, rejectionsOf, subscribed } from './changes.ts';

const T = Date.parse('2026-03-10T12:00:00Z');
const free = { edition: 'free', users: 1 };

describe('rejected without any effect:', () => {
  const known = [created(), subscribed(free)];
  test.each<[string, Parameters<typeof logOf>[1], string]>([
    ['an unknown kind of change', { kind: 'discount' }, 'unknown-kind'],
    ['an organisation without a name', { ...created(), org_id: '' }, 'org-id'],
    ['an organisation whose name is too long', { ...created(), org_id: 'é'.repeat(65) }, 'org-id'],
    ['an organisation whose name has control characters', { ...created(), org_id: 'a\u0085b' }, 'org-id'],
    ['an organisation whose name no path can hold', { ...created(), org_id: '.' }, 'org-id'],
    ['an organisation whose name leaves its path', { ...created(), org_id: '..' }, 'org-id'],
    ['a product whose name no path can hold', subscribed(free, { product: '..' }), 'product'],
    ['an organisation that exists', created('Europe/Rome', 2), 'org-exists'],
    [
      'an organisation without a billing day',
      { kind: 'new-org', org_id: 'n', value: { time_zone: 'UTC' } },
      'shape',
    ],
    ['a change of an unknown organisation', { org_id: 'n', value: { billing_day: 2 } }, 'unknown-org'],
    ['a subscription of an unknown organisation', subscribed(free, { org_id: 'n' }), 'unknown-org'],
    ['a change without settings', { value: {} }, 'shape'],
    ['an unknown setting', { value: { currency: 'EUR' } }, 'shape /currency'],
    ['an unknown time zone', { value: { time_zone: 'Mars/Olympus' } }, 'unknown-time-zone /time_zone'],
    ['a bare offset', { value: { time_zone: '+05:30' } }, 'unknown-time-zone /time_zone'],
    ['billing day 0', { value: { billing_day: 0 } }, 'shape /billing_day'],
    ['billing day 32', { value: { billing_day: 32 } }, 'shape /billing_day'],
    ['billing day 1.5', { value: { billing_day: 1.5 } }, 'shape /billing_day'],
    ['a product without a name', subscribed(free, { product: '' }), 'product'],
    [
      'a limit for a product without a subscription',
      subscribed({ additional_limit: 5 }, { product: 'bigin' }),
      'no-subscription',
    ],
    ['an unknown edition', subscribed({ edition: 'platinum' }), 'unknown-edition /edition'],
    ['another product’s edition', subscribed({ edition: 'express' }), 'unknown-edition /edition'],
    ['a negative limit', subscribed({ additional_limit: -1 }), 'shape /additional_limit'],
    ['a limit above a billion', subscribed({ additional_limit: 1_000_000_001 }), 'shape /additional_limit'],
    ['half a user', subscribed({ users: 0.5 }), 'shape /users'],
    ['more than ten million users', subscribed({ users: 10_000_001 }), 'shape /users'],
    ['users as text', subscribed({ users: '5' }), 'shape /users'],
    ['a change without an author', { ...created(), recorded_by: '' }, 'recorded-by'],
    ['a change without an id', { ...created(), change_id: '' }, 'change-id'],
    [
      'a reason of more than 1,000 characters',
      { value: { billing_day: 2 }, reason: 'x'.repeat(1_001) },
      'reason',
    ],
    [
      'an instant beyond 2299',
      { value: { billing_day: 2 }, effective_at: Date.UTC(2299, 0) },
      'effective-at',
    ],
    ['an instant before 1970', { value: { billing_day: 2 }, effective_at: -1 }, 'effective-at'],
  ])('%s', (_, change, problem) => {
    const log = logOf(T, ...known, ...(change ? [change] : []));
    const before = NO_SETTINGS.after(log.slice(0, 2));
    const state = before.after(log);
    expect(rejectionsOf(state, log)).toEqual([`2 ${problem}`]);
    expect(state.history('acme')).toEqual(before.history('acme'));
    expect(state.orgIds).toEqual(before.orgIds);
    expect(state.catalogues).toBe(before.catalogues);
    expect(() => log.slice(2).forEach((each) => before.check(each))).toThrow(
      expect.objectContaining({ name: 'SettingsRejectedError', code: problem.split(' ')[0] }),
    );
  });

  it('a change with several problems, all of which are reported', () => {
    const log = logOf(T, ...known, subscribed({ users: -1, additional_limit: 'all', colour: 'red' }));
    const rejection = NO_SETTINGS.after(log).outcome('change-2')?.rejection;
    expect(rejection?.problems.map(({ path }) => path).toSorted()).toEqual([
      '/additional_limit',
      '/colour',
      '/users',
    ]);
    expect(rejection?.message).toContain('/users must be >= 0');
  });

  it('a value that is not JSON', () => {
    const log = logOf(T, created());
    for (const change of log) change.value = '{';
    expect(rejectionsOf(NO_SETTINGS.after(log), log)).toEqual(['0 not-json']);
  });

  it('a change that was allowed when it was checked, but not after a concurrent one in the log', () => {
    const log = logOf(T, created('UTC', 1), created('Europe/Rome', 2));
    for (const change of log) NO_SETTINGS.check(change);
    const state = NO_SETTINGS.after(log);
    expect(rejectionsOf(state, log)).toEqual(['1 org-exists']);
    expect(state.history('acme')?.timeZone.map(({ value }) => value)).toEqual(['UTC']);
    expect(state.outcomesOf('acme')).toHaveLength(2);
  });
});
