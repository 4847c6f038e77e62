import { calendarOf } from '../../../domain/calendar/calendar.ts';
import type { Calendar } from '../../../domain/calendar/calendar.ts';
import { at, history, utc } from './histories.ts';
import { HOUR_MS } from '../../../schemas/time-units.ts';

/** Days as text, `date from..to`. */
function shown(calendar: Calendar, from: string, to: string): string[] {
  return calendar.daysBetween(at(from), at(to)).map((day) => `${day.date} ${utc(day.from)}..${utc(day.to)}`);
}

describe('a change of time zone takes effect at the end of the current local day', () => {
  test('westwards: the first day after it is longer and ends with its date in the new zone', () => {
    const calendar = calendarOf(history([0, 'Europe/Rome'], ['2026-03-10T12:00Z', 'America/New_York']));
    expect(shown(calendar, '2026-03-10T00:00Z', '2026-03-13T00:00Z')).toEqual([
      '2026-03-10 2026-03-09T23:00Z..2026-03-10T23:00Z',
      '2026-03-11 2026-03-10T23:00Z..2026-03-12T04:00Z',
      '2026-03-12 2026-03-12T04:00Z..2026-03-13T04:00Z',
    ]);
  });

  test('eastwards: a start less than 12 h away is skipped, and its date is missing', () => {
    const calendar = calendarOf(history([0, 'America/New_York'], ['2026-03-10T12:00Z', 'Asia/Tokyo']));
    expect(shown(calendar, '2026-03-10T12:00Z', '2026-03-13T00:00Z')).toEqual([
      '2026-03-10 2026-03-10T04:00Z..2026-03-11T04:00Z',
      '2026-03-11 2026-03-11T04:00Z..2026-03-12T15:00Z',
      '2026-03-13 2026-03-12T15:00Z..2026-03-13T15:00Z',
    ]);
    expect(calendar.dayByDate('2026-03-12')).toBeUndefined();
    expect(calendar.dayFrom('2026-03-12').date).toBe('2026-03-13');
    expect(calendar.daysByDates('2026-03-11', '2026-03-14').map((day) => day.date)).toEqual([
      '2026-03-11',
      '2026-03-13',
    ]);
  });

  test('a start exactly 12 h away ends the first day', () => {
    const calendar = calendarOf(history([0, 'UTC'], ['2026-03-10T12:00Z', 'Etc/GMT-12']));
    expect(shown(calendar, '2026-03-11T00:00Z', '2026-03-12T00:00Z')).toEqual([
      '2026-03-11 2026-03-11T00:00Z..2026-03-11T12:00Z',
      '2026-03-12 2026-03-11T12:00Z..2026-03-12T12:00Z',
    ]);
  });

  test('a start 11 h 15 min away does not', () => {
    const calendar = calendarOf(history([0, 'UTC'], ['2026-06-10T12:00Z', 'Pacific/Chatham']));
    expect(shown(calendar, '2026-06-11T00:00Z', '2026-06-12T12:00Z')).toEqual([
      '2026-06-11 2026-06-11T00:00Z..2026-06-12T11:15Z',
      '2026-06-13 2026-06-12T11:15Z..2026-06-13T11:15Z',
    ]);
  });

  test.each([
    ['in the last millisecond of a day takes effect at its end', '2026-03-10T23:59:59.999Z', 25],
    ['in the first millisecond of a day waits for the end of that day', '2026-03-11T00:00:00.000Z', 24],
  ])('a change %s', (_, effectiveAt, hours) => {
    const day = calendarOf(history([0, 'UTC'], [effectiveAt, 'Etc/GMT+1'])).dayByDate('2026-03-11');
    expect(day && (day.to - day.from) / HOUR_MS).toBe(hours);
  });

  test('of several changes in one day the last one applies; a change and its reversal have no effect', () => {
    const two = history([0, 'UTC'], ['2026-03-10T01:00Z', 'Asia/Tokyo'], ['2026-03-10T02:00Z', 'Etc/GMT+1']);
    expect(shown(calendarOf(two), '2026-03-11T00:00Z', '2026-03-11T01:00Z')).toEqual([
      '2026-03-11 2026-03-11T00:00Z..2026-03-12T01:00Z',
    ]);
    const back = history([0, 'UTC'], ['2026-03-10T01:00Z', 'Asia/Tokyo'], ['2026-03-10T02:00Z', 'UTC']);
    expect(shown(calendarOf(back), '2026-03-11T00:00Z', '2026-03-11T01:00Z')).toEqual([
      '2026-03-11 2026-03-11T00:00Z..2026-03-12T00:00Z',
    ]);
  });

  test('of two versions effective at one instant the one recorded last applies', () => {
    const zones = history(
      [0, 'UTC'],
      ['2026-03-10T01:00Z', 'Asia/Tokyo'],
      ['2026-03-10T01:00Z', 'Etc/GMT+1'],
    );
    expect(calendarOf(zones).dayByDate('2026-03-11')?.to).toBe(at('2026-03-12T01:00Z'));
  });

  test('a change within the first day after a change starts from the date that follows it', () => {
    const zones = history(
      [0, 'Europe/Rome'],
      ['2026-03-10T12:00Z', 'America/New_York'],
      ['2026-03-12T03:59:59.999Z', 'Asia/Tokyo'],
    );
    // 11 March is the day of the first change; 12 March begins in New York and ends in Tokyo.
    expect(shown(calendarOf(zones), '2026-03-11T00:00Z', '2026-03-14T00:00Z')).toEqual([
      '2026-03-11 2026-03-10T23:00Z..2026-03-12T04:00Z',
      '2026-03-12 2026-03-12T04:00Z..2026-03-13T15:00Z',
      '2026-03-14 2026-03-13T15:00Z..2026-03-14T15:00Z',
    ]);
  });

  test('a change at the instant at which another takes effect waits for the end of the day that begins', () => {
    const zones = history(
      [0, 'UTC'],
      ['2026-03-10T12:00Z', 'Etc/GMT+1'],
      ['2026-03-11T00:00Z', 'Asia/Tokyo'],
      ['2026-03-12T15:00Z', 'UTC'],
    );
    expect(shown(calendarOf(zones), '2026-03-11T00:00Z', '2026-03-14T01:00Z')).toEqual([
      '2026-03-11 2026-03-11T00:00Z..2026-03-12T01:00Z',
      '2026-03-12 2026-03-12T01:00Z..2026-03-12T15:00Z',
      '2026-03-13 2026-03-12T15:00Z..2026-03-13T15:00Z',
      '2026-03-14 2026-03-13T15:00Z..2026-03-15T00:00Z',
    ]);
  });

  test('the first version also applies before its instant', () => {
    expect(calendarOf(history([at('2026-01-01'), 'Asia/Tokyo'])).dayAt(at('2025-06-01T20:00Z')).date).toBe(
      '2025-06-02',
    );
  });
});

describe('ranges of days', () => {
  const rome = calendarOf(history([0, 'Europe/Rome']));

  test('daysBetween returns every day that overlaps the half-open interval', () => {
    const midnight = '2026-03-10T23:00:00.000Z';
    expect(shown(rome, midnight, '2026-03-11T23:00:00.000Z')).toHaveLength(1);
    expect(shown(rome, midnight, '2026-03-11T23:00:00.001Z')).toHaveLength(2);
    expect(rome.daysBetween(at(midnight) - 1, at(midnight))).toMatchObject([{ date: '2026-03-10' }]);
    expect(rome.daysBetween(at(midnight), at(midnight))).toEqual([]);
  });

  test('daysByDates returns every day with a date in the half-open interval', () => {
    const dates = rome.daysByDates('2026-02-27', '2026-03-02').map((day) => day.date);
    expect(dates).toEqual(['2026-02-27', '2026-02-28', '2026-03-01']);
    expect(rome.daysByDates('2026-03-02', '2026-03-02')).toEqual([]);
    expect(rome.daysByDates('2026-03-02', '2026-02-02')).toEqual([]);
  });

  test('Samoa: a range across the missing date has the existing days', () => {
    const samoa = calendarOf(history([0, 'Pacific/Apia']));
    const dates = samoa.daysByDates('2011-12-29', '2012-01-01').map((day) => day.date);
    expect(dates).toEqual(['2011-12-29', '2011-12-31']);
    expect(samoa.dayFrom('2011-12-30').date).toBe('2011-12-31');
    expect(samoa.daysByDates('2011-12-30', '2011-12-31')).toEqual([]);
  });

  test('an empty history is an error', () => {
    expect(() => calendarOf([])).toThrow(RangeError);
  });
});

test('ten thousand organisations with equal histories share a calendar and its days', () => {
  const noon = at('2026-08-01T12:00Z');
  const calendars = new Set<Calendar>();
  const days = new Set<object>();
  for (let org = 0; org < 10_000; org += 1) {
    const calendar = calendarOf(history([0, 'America/Santiago']));
    calendars.add(calendar);
    days.add(calendar.dayAt(noon - org * 1_000));
  }
  expect(calendars.size).toBe(1);
  expect(days.size).toBe(1);
});

test('a calendar that the cache has evicted is computed again with the same days', () => {
  const first = calendarOf(history([0, 'UTC'], [1, 'Asia/Tokyo']));
  for (let org = 0; org < 10_001; org += 1) calendarOf(history([org, 'UTC'], [org + 2, 'UTC']));
  const again = calendarOf(history([0, 'UTC'], [1, 'Asia/Tokyo']));
  expect(again).not.toBe(first);
  expect(again.dayAt(at('2026-01-01'))).toEqual(first.dayAt(at('2026-01-01')));
});
