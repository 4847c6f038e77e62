import * as fc from 'fast-check';
import { calendarOf, zoneCalendar } from '../../../domain/calendar/calendar.ts';
import { useReleases } from '../../../domain/calendar/zone-releases.ts';
import { DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';
import { at, history, utc } from './histories.ts';
import { twoReleases } from './two-releases.ts';

const VANCOUVER = 'America/Vancouver';
const daysOf = (zone: string, from: string, to: string) =>
  zoneCalendar(zone)
    .daysByDates(from, to)
    .map((day) => [day.date, utc(day.from), utc(day.to)]);

afterEach(() => useReleases([]));

describe('a new release of the time zone rules', () => {
  it('moves no day that has begun, and the days after it follow the new rules', () => {
    useReleases(twoReleases(at('2026-11-10T18:00Z')));
    expect(daysOf(VANCOUVER, '2026-11-08', '2026-11-14')).toEqual([
      ['2026-11-08', '2026-11-08T08:00Z', '2026-11-09T08:00Z'],
      ['2026-11-09', '2026-11-09T08:00Z', '2026-11-10T08:00Z'],
      ['2026-11-10', '2026-11-10T08:00Z', '2026-11-11T08:00Z'],
      ['2026-11-11', '2026-11-11T08:00Z', '2026-11-12T07:00Z'],
      ['2026-11-12', '2026-11-12T07:00Z', '2026-11-13T07:00Z'],
      ['2026-11-13', '2026-11-13T07:00Z', '2026-11-14T07:00Z'],
    ]);
  });

  it('changes nothing in zones whose rules stay the same', () => {
    const before = daysOf('Europe/Rome', '2026-10-20', '2026-12-01');
    useReleases(twoReleases(at('2026-10-25T00:30Z')));
    expect(daysOf('Europe/Rome', '2026-10-20', '2026-12-01')).toEqual(before);
  });

  it('is one with a change of time zone on the same day', () => {
    useReleases(twoReleases(at('2026-11-10T18:00Z')));
    const calendar = calendarOf(history([0, 'Asia/Tokyo'], ['2026-11-10T12:00Z', VANCOUVER]));
    expect(calendar.daysByDates('2026-11-10', '2026-11-14').map((day) => [day.date, utc(day.from)])).toEqual([
      ['2026-11-10', '2026-11-09T15:00Z'],
      ['2026-11-11', '2026-11-10T15:00Z'],
      ['2026-11-12', '2026-11-12T08:00Z'],
      ['2026-11-13', '2026-11-13T07:00Z'],
    ]);
  });

  it('brings zones that the release before does not know', () => {
    useReleases(twoReleases(at('2026-11-10T18:00Z')));
    expect(daysOf('America/Coyhaique', '2026-11-01', '2026-11-02')).toEqual([
      ['2026-11-01', '2026-11-01T03:00Z', '2026-11-02T03:00Z'],
    ]);
  });

  it('keeps every earlier day, and leaves no gap and no overlap, whenever it takes effect', () => {
    const from = at('2026-10-20T00:00Z');
    const until = from + 40 * DAY_MS;
    const all = () => zoneCalendar(VANCOUVER).daysBetween(from, until);
    useReleases(twoReleases(until + DAY_MS));
    const old = all();
    useReleases([]);
    const bundled = all();
    expect(bundled).not.toEqual(old);
    fc.assert(
      fc.property(fc.integer({ min: from, max: until }), (effectiveAt) => {
        useReleases(twoReleases(effectiveAt));
        const days = all();
        const begun = old.filter((day) => day.from <= effectiveAt);
        expect(days.slice(0, begun.length)).toEqual(begun);
        const wrong = days.filter((day, index) => {
          const next = days[index + 1] ?? { from: day.to, date: '9999' };
          return next.from !== day.to || next.date <= day.date || day.to - day.from < 12 * HOUR_MS;
        });
        expect(wrong).toEqual([]);
        const settled = (day: { from: number }) => day.from > effectiveAt + 2 * DAY_MS;
        expect(days.filter(settled)).toEqual(bundled.filter(settled));
      }),
      { seed: 11, numRuns: 200 },
    );
  });
});
