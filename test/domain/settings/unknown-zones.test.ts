import { calendarOf } from '../../../domain/calendar/calendar.ts';
import { UnknownTimeZoneError } from '../../../domain/calendar/zone-days.ts';
import type { LoggedChange } from '../../../schemas/settings-change.ts';
import { created, logOf, NO_SETTINGS, rejectionsOf, subscribed } from './changes.ts';

/** Time zones that another release, or another version of Node, took and recorded. */
const T = Date.parse('2026-03-10T12:00:00Z');
const free = { edition: 'free', users: 1 };

describe('a log with a time zone that cannot be computed', () => {
  it('keeps the organisation in its zone where a change to it is rejected', () => {
    const log = logOf(
      T,
      created('Europe/London'),
      { value: { time_zone: 'BST' } },
      { value: { billing_day: 5 } },
    );
    const state = NO_SETTINGS.after(log);
    expect(rejectionsOf(state, log)).toEqual(['1 unknown-time-zone /time_zone']);
    const history = state.history('acme');
    expect(history?.timeZone.map(({ value }) => value)).toEqual(['Europe/London']);
    expect(history?.billingDay.map(({ value }) => value)).toEqual([1, 5]);
  });

  it('keeps the organisation that was created in it, without days, and all that was recorded of it', () => {
    const log = logOf(T, created('BST', 3), subscribed(free));
    const state = NO_SETTINGS.after(log);
    expect(rejectionsOf(state, log)).toEqual(['0 unknown-time-zone /time_zone']);
    const history = state.history('acme');
    expect(history).toMatchObject({ billingDay: [{ value: 3 }], subscriptions: [{ product: 'crm' }] });
    expect(() => calendarOf(history?.timeZone ?? [])).toThrow(UnknownTimeZoneError);
  });

  it('gives it days from its beginning once a time zone is set', () => {
    const log = logOf(T, created('BST'), subscribed(free), { value: { time_zone: 'Europe/London' } });
    const state = NO_SETTINGS.after(log);
    expect(rejectionsOf(state, log)).toEqual(['0 unknown-time-zone /time_zone']);
    const days = calendarOf(state.history('acme')?.timeZone ?? []);
    const { from } = days.dayAt(Date.parse('2025-07-01T12:00:00Z'));
    expect(new Date(from).toISOString()).toBe('2025-06-30T23:00:00.000Z');
  });

  it('does not let an organisation be created in it: nothing is recorded', () => {
    const [change] = logOf(T, created('BST'));
    expect(() => change && NO_SETTINGS.check(change)).toThrow(/"BST": write an IANA time zone/);
  });
});

it('a change whose application fails is rejected and does not end the fold', () => {
  const log = logOf(T, created(), { value: { billing_day: 2 } }, { value: { billing_day: 3 } });
  const [first, second, third] = log;
  if (!first || !second || !third) throw new Error('three changes');
  // Stands for any error that is not a rejection, a defect for example.
  const broken: LoggedChange = JSON.parse(JSON.stringify({ ...second, reason: undefined }));
  const state = NO_SETTINGS.after([first, broken, third]);
  expect(state.outcome('change-1')?.rejection).toMatchObject({ code: 'not-applicable' });
  expect(state.history('acme')?.billingDay.map(({ value }) => value)).toEqual([1, 3]);
});
