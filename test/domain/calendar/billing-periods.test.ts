import * as fc from 'fast-check';
import { billedIn, billingPeriodsOf, finalAt } from '../../../domain/calendar/billing-periods.ts';
import type { BillingPeriods, Period } from '../../../domain/calendar/billing-periods.ts';
import { calendarOf } from '../../../domain/calendar/calendar.ts';
import { addDays, dateOf } from '../../../domain/calendar/dates.ts';
import type { Versions } from '../../../domain/settings/org-history.ts';
import { at, history, utc } from './histories.ts';
import { DAY_MS } from '../../../schemas/time-units.ts';

const inUtc = calendarOf(history([0, 'UTC']));

/** Consecutive periods from the one that contains a date, as `from..to`. */
function chain(periods: BillingPeriods, date: string, count: number): string[] {
  const found: string[] = [];
  for (let next = date; found.length < count;) {
    const { from, to } = periods.periodOf(next);
    found.push(`${from}..${to}`);
    next = to;
  }
  return found;
}

describe('a billing day', () => {
  test('31 is clamped to the last day of the month', () => {
    expect(chain(billingPeriodsOf(inUtc, history([0, 31])), '2026-01-31', 4)).toEqual([
      '2026-01-31..2026-02-28',
      '2026-02-28..2026-03-31',
      '2026-03-31..2026-04-30',
      '2026-04-30..2026-05-31',
    ]);
  });

  test('30 and 29 are clamped in February, in a leap year to the 29th', () => {
    expect(chain(billingPeriodsOf(inUtc, history([0, 30])), '2028-01-30', 2)).toEqual([
      '2028-01-30..2028-02-29',
      '2028-02-29..2028-03-30',
    ]);
    expect(chain(billingPeriodsOf(inUtc, history([0, 29])), '2100-01-29', 2)).toEqual([
      '2100-01-29..2100-02-28',
      '2100-02-28..2100-03-29',
    ]);
  });

  test('1 gives calendar months, also across the end of the year', () => {
    const periods = billingPeriodsOf(inUtc, history([0, 1]));
    expect(chain(periods, '2026-12-15', 2)).toEqual(['2026-12-01..2027-01-01', '2027-01-01..2027-02-01']);
  });

  test('begins and ends a period at the first instant of its date, in the organisation’s time zone', () => {
    const periods = billingPeriodsOf(calendarOf(history([0, 'Europe/Rome'])), history([0, 15]));
    const period = periods.periodOf('2026-03-20');
    expect([utc(period.fromInstant), utc(period.toInstant)]).toEqual([
      '2026-03-14T23:00Z',
      '2026-04-14T22:00Z',
    ]);
    expect(periods.periodAt(period.toInstant - 1)).toEqual(period);
    expect(periods.periodAt(period.toInstant).from).toBe('2026-04-15');
    expect(periods.periodOf('2026-03-15')).toEqual(period);
    expect(periods.periodOf('2026-03-14').to).toBe('2026-03-15');
  });

  test('on a date that the zone skips keeps its name and begins with the next day', () => {
    const periods = billingPeriodsOf(calendarOf(history([0, 'Pacific/Apia'])), history([0, 30]));
    const period = periods.periodOf('2011-12-29');
    expect(period).toMatchObject({
      from: '2011-11-30',
      to: '2011-12-30',
      toInstant: at('2011-12-30T10:00Z'),
    });
    expect(periods.periodAt(at('2011-12-30T10:00Z'))).toMatchObject({ from: '2011-12-30', to: '2012-01-30' });
  });
});

describe('a change of billing day takes effect when the current period ends', () => {
  test.each([
    ['later in the month', 1, 15, '2026-01-10', ['01-01..02-01', '02-01..02-15', '02-15..03-15']],
    ['earlier in the month', 15, 1, '2026-01-20', ['01-15..02-15', '02-15..03-01', '03-01..04-01']],
    ['by one day', 15, 16, '2026-01-20', ['01-15..02-15', '02-15..02-16', '02-16..03-16']],
    ['by one day back', 15, 14, '2026-01-20', ['01-15..02-15', '02-15..03-14', '03-14..04-14']],
    ['from a clamped 31 to 30', 31, 30, '2026-02-10', ['01-31..02-28', '02-28..03-30', '03-30..04-30']],
    ['from 28 to a clamped 31', 28, 31, '2026-02-10', ['01-28..02-28', '02-28..03-31', '03-31..04-30']],
    ['from 27 to a clamped 31', 27, 31, '2026-02-10', ['01-27..02-27', '02-27..02-28', '02-28..03-31']],
  ])('%s: the next period becomes shorter', (_, before, after, changed, expected) => {
    const periods = billingPeriodsOf(inUtc, history([0, before], [changed, after]));
    const found = chain(periods, changed, 3);
    expect(found.map((each) => each.replaceAll('2026-', ''))).toEqual(expected);
  });

  test('a change in the last millisecond applies to that end, one millisecond later to the next', () => {
    const inTime = billingPeriodsOf(inUtc, history([0, 1], [at('2026-02-01') - 1, 15]));
    expect(chain(inTime, '2026-01-01', 2)).toEqual(['2026-01-01..2026-02-01', '2026-02-01..2026-02-15']);
    const late = billingPeriodsOf(inUtc, history([0, 1], ['2026-02-01', 15]));
    expect(chain(late, '2026-02-01', 2)).toEqual(['2026-02-01..2026-03-01', '2026-03-01..2026-03-15']);
  });

  test('of several in one period the last applies; a change and its reversal have no effect', () => {
    const back = history([0, 1], ['2026-01-10', 15], ['2026-01-11', 20], ['2026-01-12', 1]);
    expect(chain(billingPeriodsOf(inUtc, back), '2026-01-10', 2)).toEqual([
      '2026-01-01..2026-02-01',
      '2026-02-01..2026-03-01',
    ]);
  });

  test('a change at the instant at which another takes effect waits for the end of the period that begins', () => {
    const twice = history([0, 1], ['2026-01-10', 15], ['2026-02-01', 10]);
    expect(chain(billingPeriodsOf(inUtc, twice), '2026-01-10', 3)).toEqual([
      '2026-01-01..2026-02-01',
      '2026-02-01..2026-02-15',
      '2026-02-15..2026-03-10',
    ]);
  });

  test('a change in the shortened period waits for its end', () => {
    const twice = history([0, 1], ['2026-01-10', 15], ['2026-02-14', 10]);
    expect(chain(billingPeriodsOf(inUtc, twice), '2026-01-10', 4)).toEqual([
      '2026-01-01..2026-02-01',
      '2026-02-01..2026-02-15',
      '2026-02-15..2026-03-10',
      '2026-03-10..2026-04-10',
    ]);
  });

  test('an empty history is an error', () => {
    expect(() => billingPeriodsOf(inUtc, [])).toThrow(RangeError);
  });
});

describe('final and billed in', () => {
  const rome = calendarOf(history([0, 'Europe/Rome']));
  const periods = billingPeriodsOf(rome, history([0, 1]));
  const january = periods.periodOf('2026-01-31');
  const lastDay = rome.dayFrom('2026-01-31');

  test('a statement is final 48 hours after its period ends, regardless of daylight saving', () => {
    expect(utc(finalAt(january))).toBe('2026-02-02T23:00Z');
    const endsAtChange = billingPeriodsOf(rome, history([0, 28])).periodOf('2026-03-27');
    expect([utc(endsAtChange.toInstant), utc(finalAt(endsAtChange))]).toEqual([
      '2026-03-27T23:00Z',
      '2026-03-29T23:00Z',
    ]);
  });

  test.each([
    ['at its own end', '2026-01-31T23:15:00.000Z', '2026-01-01'],
    ['in the last millisecond before the statement is final', '2026-02-02T22:59:59.999Z', '2026-01-01'],
    ['at the instant at which the statement becomes final', '2026-02-02T23:00:00.000Z', '2026-02-01'],
    ['long after', '2026-03-31T22:00:00.000Z', '2026-04-01'],
  ])('a day closed %s is billed in the period', (_, closedAt, from) => {
    expect(billedIn(periods, lastDay, at(closedAt)).from).toBe(from);
  });
});

interface Case {
  timeZone: Versions<string>;
  billingDay: Versions<number>;
}
const FROM = at('2011-06-01');
const DAYS = 450;
const DATES = Array.from({ length: DAYS + 1 }, (_, day) => dateOf(FROM / DAY_MS + day));
const instants = fc.oneof(
  fc.integer({ min: 30, max: DAYS - 100 }).map((day) => FROM + day * DAY_MS),
  fc.integer({ min: FROM + 30 * DAY_MS, max: FROM + (DAYS - 100) * DAY_MS }),
);
const zones = fc.constantFrom('UTC', 'Pacific/Apia', 'Europe/Rome', 'America/New_York', 'Asia/Tokyo');
const billingDays = fc.oneof(fc.integer({ min: 1, max: 31 }), fc.integer({ min: 27, max: 31 }));
const cases: fc.Arbitrary<Case> = fc.record({
  timeZone: fc
    .tuple(zones, fc.array(fc.tuple(instants, zones), { maxLength: 2 }))
    .map(([first, changes]) => history<string>([0, first], ...changes)),
  billingDay: fc
    .tuple(billingDays, fc.array(fc.tuple(instants, billingDays), { maxLength: 5 }))
    .map(([first, changes]) => history<number>([0, first], ...changes)),
});

/** The oracle: walks from date to date and ends a period on every date that is the clamped billing day in effect. */
function periodsByDates(
  timeZone: Versions<string>,
  billingDay: Versions<number>,
): Omit<Period, 'fromInstant'>[] {
  const calendar = calendarOf(timeZone);
  const found: Omit<Period, 'fromInstant'>[] = [];
  let anchor = billingDay[0]?.value;
  let from: string | undefined;
  for (const [index, date] of DATES.slice(0, DAYS).entries()) {
    const dayOfMonth = Number(date.slice(8));
    const isLastOfMonth = DATES[index + 1]?.endsWith('-01') === true;
    const occurs = dayOfMonth === anchor || (isLastOfMonth && anchor !== undefined && dayOfMonth < anchor);
    if (!occurs) continue;
    const toInstant = calendar.dayFrom(date).from;
    if (from !== undefined) found.push({ from, to: date, toInstant });
    from = date;
    const inTime = billingDay.filter(({ effectiveAt }) => effectiveAt < toInstant);
    anchor = inTime.toSorted((a, b) => a.effectiveAt - b.effectiveAt).at(-1)?.value ?? anchor;
  }
  return found;
}

describe('for random zones, billing days and changes', () => {
  const random = { seed: 7, numRuns: 250 };

  test('periods equal those of a walk from date to date, and cover every date once', () => {
    fc.assert(
      fc.property(cases, ({ timeZone, billingDay }) => {
        const expected = periodsByDates(timeZone, billingDay);
        const periods = billingPeriodsOf(calendarOf(timeZone), billingDay);
        expect(expected.length).toBeGreaterThan(12);
        const found = expected.map(({ from }) => periods.periodOf(from));
        expect(found).toMatchObject(expected);
        const lastDates = expected.map(({ to }) => periods.periodOf(addDays(to, -1)));
        expect(lastDates).toEqual(found);
        const untouching = found.filter((each, index) => {
          const before = found[index - 1];
          return before !== undefined && (before.to !== each.from || before.toInstant !== each.fromInstant);
        });
        expect(untouching).toEqual([]);
      }),
      random,
    );
  });

  test('a change recorded later does not alter the current period or an earlier one', () => {
    fc.assert(
      fc.property(cases, instants, billingDays, ({ timeZone, billingDay }, instant, added) => {
        const effectiveAt = Math.max(instant, ...billingDay.map((each) => each.effectiveAt));
        const calendar = calendarOf(timeZone);
        const before = billingPeriodsOf(calendar, billingDay);
        const after = billingPeriodsOf(calendar, [...billingDay, ...history<number>([effectiveAt, added])]);
        const earlier = DATES.filter((date) => at(date) <= effectiveAt).map((date) => at(date));
        const kept = earlier.map((each) => before.periodAt(each));
        expect(earlier.map((each) => after.periodAt(each))).toEqual(kept);
        expect(after.periodAt(effectiveAt)).toEqual(before.periodAt(effectiveAt));
      }),
      { ...random, numRuns: 100 },
    );
  });
});
