import * as fc from 'fast-check';
import { UnknownTimeZoneError, zoneDays } from '../../../domain/calendar/zone-days.ts';
import { isTimeZone } from '../../../domain/calendar/zone-rules.ts';
import { TICK_MS, daysByTicks, shownDate } from './days-by-ticks.ts';
import { at, history, utc } from './histories.ts';
import { DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';

function hoursOf(timeZone: string, date: string): number | undefined {
  const day = zoneDays(timeZone, 0).dayByDate(date);
  return day && (day.to - day.from) / HOUR_MS;
}

test.each([
  ['UTC', '2026-03-29', 24],
  ['Europe/Rome', '2026-03-29', 23],
  ['Europe/Rome', '2026-10-25', 25],
  ['America/New_York', '2026-03-08', 23],
  ['America/New_York', '2026-11-01', 25],
  ['Australia/Lord_Howe', '2024-10-06', 23.5],
  ['Australia/Lord_Howe', '2024-04-07', 24.5],
  ['Asia/Kathmandu', '1985-12-31', 24],
  ['Asia/Kathmandu', '1986-01-01', 23.75],
  ['Asia/Pyongyang', '2015-08-14', 24.5],
  ['Antarctica/Troll', '2024-03-31', 22],
])('in %s the day %s has %d hours', (timeZone, date, hours) => {
  expect(hoursOf(timeZone, date)).toBe(hours);
});

test.each([
  ['America/Santiago', '2023-09-03', '2023-09-03T04:00Z', '2023-09-04T03:00Z'],
  ['America/Sao_Paulo', '2018-11-04', '2018-11-04T03:00Z', '2018-11-05T02:00Z'],
  ['Asia/Beirut', '2022-03-27', '2022-03-26T22:00Z', '2022-03-27T21:00Z'],
  ['America/Havana', '2024-03-10', '2024-03-10T05:00Z', '2024-03-11T04:00Z'],
])('in %s the date %s, which has no 00:00, begins with its first instant', (timeZone, date, from, to) => {
  const day = zoneDays(timeZone, 0).dayByDate(date);
  expect(day && [utc(day.from), utc(day.to)]).toEqual([from, to]);
  expect(shownDate(timeZone, at(from))).toBe(date);
  expect(shownDate(timeZone, at(from) - 1) < date).toBe(true);
});

test('Samoa skipped 2011-12-30: the days before and after it adjoin', () => {
  const { dayAt, dayByDate } = zoneDays('Pacific/Apia', 0);
  expect(dayByDate('2011-12-30')).toBeUndefined();
  const before = dayByDate('2011-12-29');
  const after = dayByDate('2011-12-31');
  expect(before && utc(before.to)).toBe('2011-12-30T10:00Z');
  expect(after?.from).toBe(before?.to);
  expect(dayAt(at('2011-12-30T10:00Z') - 1).date).toBe('2011-12-29');
  expect(dayAt(at('2011-12-30T10:00Z')).date).toBe('2011-12-31');
});

test('a clock that is set back across midnight does not reopen the day before', () => {
  // St. John's, 2006-10-29 00:01 -> 2006-10-28 23:01.
  const { dayAt } = zoneDays('America/St_Johns', 0);
  const shownAgain = at('2006-10-29T02:45Z');
  expect(shownDate('America/St_Johns', shownAgain)).toBe('2006-10-28');
  expect(dayAt(shownAgain)).toMatchObject({ date: '2006-10-29', from: at('2006-10-29T02:30Z') });
  expect(dayAt(at('2006-10-29T02:30Z') - 1).date).toBe('2006-10-28');
});

test('a day contains its first instant and not its end', () => {
  const { dayAt, dayByDate } = zoneDays('Europe/Rome', 0);
  const day = dayByDate('2026-03-29');
  expect(day && [utc(day.from), utc(day.to)]).toEqual(['2026-03-28T23:00Z', '2026-03-29T22:00Z']);
  expect(dayAt(at('2026-03-28T23:00Z')).date).toBe('2026-03-29');
  expect(dayAt(at('2026-03-28T23:00Z') - 1).date).toBe('2026-03-28');
  expect(dayAt(at('2026-03-29T22:00Z') - 1).date).toBe('2026-03-29');
  expect(dayAt(at('2026-03-29T22:00Z')).date).toBe('2026-03-30');
});

test('a text that is not an IANA name is an error that says what to write', () => {
  for (const name of ['', 'Mars/Olympus', '+05:30', '-03', 'Europe']) {
    expect(isTimeZone(name)).toBe(false);
    expect(() => zoneDays(name, 0)).toThrow(UnknownTimeZoneError);
  }
  expect(() => zoneDays('Mars/Olympus', 0)).toThrow(/"Mars\/Olympus" is not an IANA time zone.*Europe\/Rome/);
  expect(isTimeZone('Asia/Kathmandu')).toBe(true);
  expect(isTimeZone('UTC')).toBe(true);
});

test('a text that is not a date is an error', () => {
  for (const date of ['2026-02-29', '2026-2-3', '2026-13-01', '', 'today', '02026-01-01']) {
    expect(() => zoneDays('UTC', 0).dayByDate(date)).toThrow(/is not a date/);
  }
});

test('every zone has the days that its clocks show, in five random days', () => {
  const zones = Intl.supportedValuesOf('timeZone');
  expect(zones.length).toBeGreaterThan(400);
  const starts = fc.sample(fc.integer({ min: at('1980-01-01') / DAY_MS, max: at('2037-01-01') / DAY_MS }), {
    seed: 20260101,
    numRuns: zones.length,
  });
  for (const [index, zone] of zones.entries()) {
    const from = (starts[index] ?? 0) * DAY_MS;
    const expected = daysByTicks(history([0, zone]), from, from + 5 * DAY_MS);
    expect(expected.length).toBeGreaterThan(2);
    for (const day of expected) {
      expect({ zone, day: zoneDays(zone, 0).dayAt(day.from) }).toEqual({ zone, day });
      expect({ zone, day: zoneDays(zone, 0).dayByDate(day.date) }).toEqual({ zone, day });
    }
  }
});

/** Weeks in which a zone's clocks jump around midnight, or skip a date. */
const UNUSUAL_WEEKS: readonly [timeZone: string, around: string][] = [
  ['Pacific/Apia', '2011-12-30'],
  ['Pacific/Fakaofo', '2011-12-30'],
  ['Pacific/Kwajalein', '1993-08-21'],
  ['Pacific/Kiritimati', '1994-12-31'],
  ['Australia/Lord_Howe', '2024-04-07'],
  ['Australia/Lord_Howe', '2024-10-06'],
  ['Asia/Kathmandu', '1986-01-01'],
  ['America/Santiago', '2023-09-03'],
  ['America/Santiago', '2024-04-07'],
  ['America/Sao_Paulo', '2018-11-04'],
  ['America/Sao_Paulo', '2018-02-18'],
  ['Asia/Beirut', '2022-03-27'],
  ['Asia/Beirut', '2022-10-30'],
  ['America/St_Johns', '2006-04-02'],
  ['America/St_Johns', '2006-10-29'],
  ['Asia/Pyongyang', '2015-08-15'],
  ['Asia/Pyongyang', '2018-05-05'],
  ['America/Caracas', '2007-12-09'],
  ['America/Nuuk', '2024-03-30'],
  ['Africa/Cairo', '2024-04-26'],
  ['Africa/Casablanca', '2024-03-10'],
  ['Asia/Gaza', '2023-04-29'],
  ['Atlantic/Azores', '2024-03-31'],
  ['America/Asuncion', '2024-10-06'],
  ['Antarctica/Casey', '2020-10-04'],
  ['Europe/Istanbul', '2016-09-07'],
];

test.each(UNUSUAL_WEEKS)('in %s the days around %s are those that the clocks show', (zone, around) => {
  const from = at(around) - 4 * DAY_MS;
  const expected = daysByTicks(history([0, zone]), from, from + 9 * DAY_MS);
  expect(expected.length).toBeGreaterThan(5);
  expect(expected.map((day) => zoneDays(zone, 0).dayByDate(day.date))).toEqual(expected);
  for (let tick = from + DAY_MS * 2; tick < from + 7 * DAY_MS; tick += TICK_MS) {
    const day = zoneDays(zone, 0).dayAt(tick);
    expect(day).toEqual(expected.find((each) => each.from <= tick && tick < each.to));
  }
});

test('days that the cache has evicted are computed again with the same bounds', () => {
  const { dayAt } = zoneDays('America/Santiago', 0);
  const first = at('2010-01-01');
  const before = dayAt(first);
  for (let day = 0; day < 5_000; day += 1) dayAt(first + day * DAY_MS);
  expect(dayAt(first)).toEqual(before);
});
