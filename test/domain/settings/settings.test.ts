import { subscriptionBefore } from '../../../domain/settings/org-fields.ts';
import { SettingsState } from '../../../domain/settings/state.ts';
import { subscriptionOf, type Versions } from '../../../domain/settings/org-history.ts';
import { inEffectAt } from '../../../domain/versions.ts';
import { created, logOf, NO_SETTINGS, subscribed } from './changes.ts';
import { DAY_MS, MINUTE_MS } from '../../../schemas/time-units.ts';

const T = Date.parse('2026-03-10T12:00:00Z');
const LATER = T + 30 * DAY_MS;
const free = { edition: 'free', users: 1 };

const terms = (state: SettingsState, instant: number, product = 'crm') => {
  const history = state.history('acme');
  const subscription = history && subscriptionOf(history, product);
  return subscription && inEffectAt(subscription.versions, instant)?.value;
};
const pairs = <V>(versions: Versions<V> = []) =>
  versions.map(({ effectiveAt, value }) => [effectiveAt - T, value]);

describe('an organisation', () => {
  it('is unknown until it is created', () => {
    expect(NO_SETTINGS.history('acme')).toBeUndefined();
    const state = NO_SETTINGS.after(logOf(T, created('Europe/Rome', 31)));
    expect(state.orgIds).toEqual(['acme']);
    const recorded = { effectiveAt: T, recordedAt: T, recordedBy: 'ann', reason: 'asked for', offset: 0 };
    expect(state.history('acme')).toEqual({
      orgId: 'acme',
      timeZone: [{ value: 'Europe/Rome', ...recorded }],
      billingDay: [{ value: 31, ...recorded }],
      subscriptions: [],
    });
  });

  it('changes its time zone and billing day, each with its own history', () => {
    const state = NO_SETTINGS.after(
      logOf(
        T,
        created('UTC', 1),
        { value: { billing_day: 15 } },
        { value: { time_zone: 'Asia/Kathmandu', billing_day: 20 }, effective_at: LATER },
        { value: { time_zone: 'Europe/Rome' } },
      ),
    );
    const history = state.history('acme');
    expect(pairs(history?.timeZone)).toEqual([
      [0, 'UTC'],
      [LATER - T, 'Asia/Kathmandu'],
      [3_000, 'Europe/Rome'],
    ]);
    expect(pairs(history?.billingDay)).toEqual([
      [0, 1],
      [1_000, 15],
      [LATER - T, 20],
    ]);
  });
});

describe('a subscription', () => {
  it('begins when it is recorded, with an additional limit of 0 by default', () => {
    const state = NO_SETTINGS.after(logOf(T, created(), subscribed({ edition: 'standard', users: 10 })));
    expect(terms(state, T + 999)).toBeUndefined();
    expect(terms(state, T + 1_000)).toEqual({ edition: 'standard', users: 10, additionalLimit: 0 });
  });

  it('is one per product', () => {
    const state = NO_SETTINGS.after(
      logOf(
        T,
        created(),
        subscribed(free),
        subscribed({ edition: 'express', users: 3, additional_limit: 7 }, { product: 'bigin' }),
      ),
    );
    expect(terms(state, LATER)).toEqual({ ...free, additionalLimit: 0 });
    expect(terms(state, LATER, 'bigin')).toEqual({ edition: 'express', users: 3, additionalLimit: 7 });
  });

  it('keeps the settings that a change does not name, also against an earlier scheduled change', () => {
    const state = NO_SETTINGS.after(
      logOf(
        T,
        created(),
        subscribed({ ...free, additional_limit: 5 }),
        subscribed({ edition: 'ultimate' }, { effective_at: LATER }),
        subscribed({ additional_limit: 9 }),
        subscribed({ users: 4 }),
      ),
    );
    expect(terms(state, T + 3_000)).toEqual({ edition: 'free', users: 1, additionalLimit: 9 });
    expect(terms(state, LATER - 1)).toEqual({ edition: 'free', users: 4, additionalLimit: 9 });
    expect(terms(state, LATER)).toEqual({ edition: 'ultimate', users: 4, additionalLimit: 9 });
  });

  it('can be read as it was before any of its changes, also one in the same millisecond', () => {
    const at = { appended_at: T + 1_000 };
    const state = NO_SETTINGS.after(
      logOf(
        T,
        created(),
        subscribed(free, at),
        subscribed({ additional_limit: 5 }, at),
        subscribed({ additional_limit: 9, users: 2 }, at),
      ),
    );
    const fields = state.fields('acme')?.subscriptions.get('crm');
    const before = (offset: number) =>
      fields && inEffectAt(subscriptionBefore('crm', fields, offset).versions, LATER)?.value;
    expect(before(1)).toBeUndefined();
    expect(before(2)).toEqual({ ...free, additionalLimit: 0 });
    expect(before(3)).toEqual({ ...free, additionalLimit: 5 });
    expect(before(4)).toEqual({ ...free, users: 2, additionalLimit: 9 });
  });
});

describe('the log decides', () => {
  it('that a change requested for the past takes effect when Kafka appended it', () => {
    const state = NO_SETTINGS.after(
      logOf(T, created(), subscribed(free), subscribed({ additional_limit: 100 }, { effective_at: T - 1 })),
    );
    expect(state.outcome('change-2')?.effectiveAt).toBe(T + 2_000);
    expect(terms(state, T + 1_999)?.additionalLimit).toBe(0);
    expect(terms(state, T + 2_000)?.additionalLimit).toBe(100);
  });

  it('that a change requested for later takes effect then', () => {
    const state = NO_SETTINGS.after(
      logOf(T, created(), subscribed(free), subscribed({ additional_limit: 100 }, { effective_at: LATER })),
    );
    expect(terms(state, LATER - 1)?.additionalLimit).toBe(0);
    expect(terms(state, LATER)?.additionalLimit).toBe(100);
  });

  it('between changes for the same instant: the later record applies', () => {
    const log = logOf(
      T,
      created(),
      subscribed(free),
      subscribed({ additional_limit: 1 }, { effective_at: LATER }),
      subscribed({ additional_limit: 2 }, { effective_at: LATER }),
    );
    expect(terms(NO_SETTINGS.after(log), LATER)?.additionalLimit).toBe(2);
  });

  it('even where the broker’s clock went back', () => {
    const log = logOf(T, created(), subscribed(free), subscribed({ additional_limit: 1 }), {
      ...subscribed({ additional_limit: 2 }),
      appended_at: T - MINUTE_MS,
    });
    const state = NO_SETTINGS.after(log);
    expect(state.outcome('change-3')?.effectiveAt).toBe(T + 2_000);
    expect(terms(state, T + 2_000)?.additionalLimit).toBe(2);
  });

  it('that of two changes under one id the first counts, whether it was accepted or rejected', () => {
    const log = logOf(
      T,
      created(),
      { ...subscribed(free), change_id: 'once' },
      { ...subscribed({ ...free, users: 9 }), change_id: 'once' },
      { ...subscribed({ edition: 'platinum' }), change_id: 'bad' },
      { ...subscribed({ edition: 'ultimate' }), change_id: 'bad' },
    );
    const state = NO_SETTINGS.after(log);
    expect(terms(state, LATER)).toMatchObject({ edition: 'free', users: 1 });
    expect(state.outcome('once')?.change.offset).toBe(1);
    expect(state.outcome('bad')?.rejection?.code).toBe('unknown-edition');
    expect(state.outcomesOf('acme').map(({ change }) => change.offset)).toEqual([0, 1, 3]);
  });
});

test('a state is immutable', () => {
  const log = logOf(T, created(), subscribed(free), subscribed({ users: 2 }));
  const before = NO_SETTINGS.after(log.slice(0, 2));
  const after = before.after(log);
  expect([terms(before, LATER)?.users, terms(after, LATER)?.users]).toEqual([1, 2]);
  expect([before.nextOffset, after.nextOffset]).toEqual([2, 3]);
  expect(before.outcome('change-2')).toBeUndefined();
  expect(after.after(log)).toBe(after);
});

describe('the local stack', () => {
  const local = new SettingsState('local');
  it('applies changes of an organisation that is not in the log to its own rule', () => {
    const state = local.after(logOf(T, subscribed({ additional_limit: 50 })));
    expect(terms(state, T - 1)).toEqual({ ...free, additionalLimit: 10_000 });
    expect(terms(state, T)).toEqual({ ...free, additionalLimit: 50 });
  });

  it('assumes nothing of a created organisation', () => {
    const state = local.after(logOf(T, created('Europe/Rome', 5)));
    expect(state.history('acme')).toEqual(
      NO_SETTINGS.after(logOf(T, created('Europe/Rome', 5))).history('acme'),
    );
    expect(state.history('other')?.subscriptions).toHaveLength(1);
  });

  it('says of which organisations nothing is recorded', () => {
    const state = local.after(logOf(T, subscribed({ additional_limit: 50 })));
    expect([state.isAssumed('acme'), state.isAssumed('acne')]).toEqual([false, true]);
    expect(NO_SETTINGS.isAssumed('acne')).toBe(false);
  });
});
