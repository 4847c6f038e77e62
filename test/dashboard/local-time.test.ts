import { addDays, instantAt, localDate, wallClock } from '../../api/dashboard/web/local-time.ts';

describe('clock times of a zone', () => {
  it.each([
    ['UTC', '2026-11-22T07:30', '2026-11-22T07:30:00Z'],
    ['Asia/Kathmandu', '2026-11-22T00:00', '2026-11-21T18:15:00Z'],
    ['Europe/Berlin', '2026-03-29T01:59', '2026-03-29T00:59:00Z'],
    ['Europe/Berlin', '2026-03-29T03:00', '2026-03-29T01:00:00Z'],
    ['America/New_York', '2026-11-01T03:00', '2026-11-01T08:00:00Z'],
    ['Australia/Lord_Howe', '2026-10-04T03:00', '2026-10-03T16:00:00Z'],
  ])('in %s %s is the instant %s, and back', (zone, wall, instant) => {
    expect(new Date(instantAt(wall, zone)).toISOString()).toBe(instant.replace('Z', '.000Z'));
    expect(wallClock(Date.parse(instant), zone)).toBe(wall);
  });

  it('of a time that the clocks skip is an instant after the skip', () => {
    const instant = instantAt('2026-03-29T02:30', 'Europe/Berlin');
    expect(wallClock(instant, 'Europe/Berlin')).toBe('2026-03-29T03:30');
  });

  it('a date is that of the zone, and days are counted by dates', () => {
    expect(localDate(Date.parse('2026-11-21T18:15:00Z'), 'Asia/Kathmandu')).toBe('2026-11-22');
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01');
    expect(addDays('2026-03-01', -1)).toBe('2026-02-28');
  });
});
