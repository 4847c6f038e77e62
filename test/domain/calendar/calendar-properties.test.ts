import * as fc from 'fast-check';
import { calendarOf } from '../../../domain/calendar/calendar.ts';
import type { Versions } from '../../../domain/settings/org-history.ts';
import { daysByTicks } from './days-by-ticks.ts';
import { at, history } from './histories.ts';
import { DAY_MS, HOUR_MS } from '../../../schemas/time-units.ts';

/** After each of these dates, clocks of some of the zones below jump or skip a date. */
const STARTS = [
  '2011-12-24',
  '1994-12-26',
  '2018-10-30',
  '2022-03-21',
  '2023-08-30',
  '2024-03-28',
  '2024-09-30',
];
const WINDOW_DAYS = 20;
const ZONES =
  'UTC Pacific/Apia Pacific/Kiritimati Pacific/Pago_Pago Pacific/Chatham Pacific/Auckland Etc/GMT-12 Etc/GMT+12 '
    .concat(
      'Australia/Lord_Howe Asia/Kathmandu Asia/Tokyo Asia/Kolkata Asia/Beirut Africa/Cairo Europe/Rome ',
    )
    .concat(
      'America/Sao_Paulo America/Santiago America/Nuuk America/St_Johns America/New_York America/Havana ',
    )
    .concat('Antarctica/Troll')
    .split(' ');

interface Case {
  from: number;
  zones: Versions<string>;
}

/** Up to five changes: at any millisecond, or within a millisecond of the end of a day of the calendar so far. */
const cases: fc.Arbitrary<Case> = fc
  .record({
    start: fc.constantFrom(...STARTS),
    first: fc.constantFrom(...ZONES),
    changes: fc.array(
      fc.record({
        zone: fc.constantFrom(...ZONES),
        offset: fc.integer({ min: 3 * DAY_MS, max: 11 * DAY_MS }),
        fromEndOfDay: fc.constantFrom(undefined, undefined, -1, 0, 1),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  })
  .map(({ start, first, changes }) => {
    const from = at(start);
    let zones = history<string>([0, first]);
    for (const { zone, offset, fromEndOfDay } of changes) {
      const { to } = calendarOf(zones).dayAt(from + offset);
      const effectiveAt = fromEndOfDay === undefined ? from + offset : to + fromEndOfDay;
      zones = zones.concat(history<string>([effectiveAt, zone]));
    }
    return { from, zones };
  });

describe('for random zones and changes', () => {
  const random = { seed: 4, numRuns: 400 };

  test('the days equal those of a walk through time in ticks', () => {
    let missing = 0;
    fc.assert(
      fc.property(cases, ({ from, zones }) => {
        const to = from + WINDOW_DAYS * DAY_MS;
        const expected = daysByTicks(zones, from, to);
        const calendar = calendarOf(zones);
        const first = expected[0]?.from ?? Number.NaN;
        const end = expected.at(-1)?.to ?? Number.NaN;
        expect(end - first).toBeGreaterThan((WINDOW_DAYS - 4) * DAY_MS);
        expect(calendar.daysBetween(first, end)).toEqual(expected);
        expect(expected.map((day) => calendar.dayByDate(day.date))).toEqual(expected);
        missing += expected.filter((day, index) => {
          const before = expected[index - 1];
          return before !== undefined && at(day.date) - at(before.date) > DAY_MS;
        }).length;
      }),
      random,
    );
    expect(missing).toBeGreaterThan(100);
  });

  test('every instant belongs to exactly one day, dates ascend without repeats, and no day is shorter than 12 h', () => {
    fc.assert(
      fc.property(
        cases,
        fc.array(fc.nat({ max: WINDOW_DAYS * DAY_MS - 1 }), { maxLength: 20 }),
        (each, offsets) => {
          const calendar = calendarOf(each.zones);
          const days = calendar.daysBetween(each.from, each.from + WINDOW_DAYS * DAY_MS);
          expect(days.map((day) => calendar.dayAt(day.from))).toEqual(days);
          expect(days.map((day) => calendar.dayAt(day.to - 1))).toEqual(days);
          expect(days.map((day) => calendar.dayByDate(day.date))).toEqual(days);
          const wrong = days.filter((day, index) => {
            const next = days[index + 1] ?? { from: day.to, date: '9999-12-31' };
            return day.to - day.from < 12 * HOUR_MS || next.from !== day.to || next.date <= day.date;
          });
          expect(wrong).toEqual([]);
          for (const offset of offsets) {
            const instant = each.from + offset;
            const holders = days.filter((day) => day.from <= instant && instant < day.to);
            expect(holders).toEqual([calendar.dayAt(instant)]);
          }
        },
      ),
      { ...random, numRuns: 300 },
    );
  });

  test('a change recorded later does not alter the current day or an earlier one', () => {
    fc.assert(
      fc.property(cases, fc.constantFrom(...ZONES), fc.nat({ max: 12 * DAY_MS }), (each, zone, offset) => {
        const last = Math.max(...each.zones.map(({ effectiveAt }) => effectiveAt));
        const effectiveAt = Math.max(each.from + offset, last);
        const before = calendarOf(each.zones);
        const after = calendarOf([...each.zones, ...history<string>([effectiveAt, zone])]);
        const kept = before.daysBetween(each.from, effectiveAt + 1);
        expect(after.daysBetween(each.from, effectiveAt + 1)).toEqual(kept);
      }),
      { ...random, numRuns: 300 },
    );
  });
});
