import { calendarOf } from '../../domain/calendar/calendar.ts';
import { addDays, instantAt, localDate, startOfDate, wallClock } from '../../api/dashboard/web/local-time.ts';
import { bucketsOf } from '../../api/dashboard/web/panels/series.ts';

describe('wall-clock times of a zone', () => {
  it.each([
    ['UTC', '2026-11-22T07:30', '2026-11-22T07:30:00Z'],
    ['Asia/Kathmandu', '2026-11-22T00:00', '2026-11-21T18:15:00Z'],
    ['Europe/Berlin', '2026-03-29T01:59', '2026-03-29T00:59:00Z'],
    ['Europe/Berlin', '2026-03-29T03:00', '2026-03-29T01:00:00Z'],
    ['America/New_York', '2026-11-01T03:00', '2026-11-01T08:00:00Z'],
    ['Australia/Lord_Howe', '2026-10-04T03:00', '2026-10-03T16:00:00Z'],
  ])('in %s %s is the instant %s and back', (zone, wall, instant) => {
    expect(new Date(instantAt(wall, zone)).toISOString()).toBe(instant.replace('Z', '.000Z'));
    expect(wallClock(Date.parse(instant), zone)).toBe(wall);
  });

  it('a time that the clocks skip maps to an instant after the skip', () => {
    const inBerlin = instantAt('2026-03-29T02:30', 'Europe/Berlin');
    expect(wallClock(inBerlin, 'Europe/Berlin')).toBe('2026-03-29T03:30');
    const inNewYork = instantAt('2026-03-08T02:30', 'America/New_York');
    expect(wallClock(inNewYork, 'America/New_York')).toBe('2026-03-08T03:30');
  });

  // Clock changes at midnight, forwards and back, west and east of UTC; by half an hour; none.
  it.each([
    ['America/Santiago', '2026-09-06'],
    ['America/Havana', '2025-11-02'],
    // Rules of 2026, which browsers of that year do not know.
    ['America/Havana', '2026-11-02'],
    ['America/Vancouver', '2026-11-02'],
    ['Africa/Casablanca', '2026-09-21'],
    ['Africa/Cairo', '2026-04-24'],
    ['Asia/Beirut', '2026-10-25'],
    ['Australia/Lord_Howe', '2026-04-05'],
    ['Asia/Kathmandu', '2026-11-22'],
  ])('in %s %s and its neighbours start when the billing days start', (zone, date) => {
    const calendar = calendarOf([{ value: zone, effectiveAt: 0 }]);
    for (const day of [addDays(date, -1), date, addDays(date, 1)]) {
      expect([day, startOfDate(day, zone)]).toEqual([day, calendar.dayFrom(day).from]);
    }
  });

  it('the bar of a day spans its date in the zone, cut to the range', () => {
    const range = { from: Date.parse('2026-10-24T00:00:00Z'), to: Date.parse('2026-10-26T12:00:00Z') };
    const bars = bucketsOf([], range, 'day', 'Europe/Berlin');
    expect(bars.map((bar) => new Date(bar.range.from).toISOString())).toEqual([
      '2026-10-24T00:00:00.000Z',
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ]);
    expect(bars.at(-1)?.range.to).toBe(range.to);
  });

  it('dates follow the zone, and days count by dates', () => {
    expect(localDate(Date.parse('2026-11-21T18:15:00Z'), 'Asia/Kathmandu')).toBe('2026-11-22');
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
    expect(addDays('2026-03-01', -1)).toBe('2026-02-28');
  });
});
