import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Temporal } from 'temporal-polyfill';
import { zoneDays } from '../../../domain/calendar/zone-days.ts';
import { isTimeZone, TIME_ZONE_RULES, zoneClock } from '../../../domain/calendar/zone-rules.ts';
import { projectRoot } from '../../../schemas/root.ts';
import { DAY_MS, HOUR_MS, SECOND_MS } from '../../../schemas/time-units.ts';
import { at, utc } from './histories.ts';

const FROM = at('1970-01-01T00:00Z');
const TO = at('2041-01-01T00:00Z');
/** Zones whose rules changed in 2026, by the first instant for which the ICU of an older runtime may be wrong. */
const CHANGED_IN_2026: Readonly<Record<string, number>> = {
  'America/Vancouver': at('2026-03-01T00:00Z'),
  'America/Edmonton': at('2026-03-01T00:00Z'),
  'America/Inuvik': at('2026-03-01T00:00Z'),
  'America/Winnipeg': at('2026-03-01T00:00Z'),
  'America/Havana': at('2026-03-01T00:00Z'),
  'Africa/Casablanca': at('2026-02-01T00:00Z'),
  'Africa/El_Aaiun': at('2026-02-01T00:00Z'),
};

function offsetAt(zone: string, instant: number): number | undefined {
  const clock = zoneClock(zone);
  return clock?.offsets[clock.starts.findLastIndex((start) => start <= instant)];
}

/** The offset that Intl, and so the Temporal polyfill, computes with: independent of the package. */
function intlOffset(format: Intl.DateTimeFormat, instant: number): number {
  const parts = Object.fromEntries(
    format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]),
  );
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - instant;
}

function intlFormat(timeZone: string): Intl.DateTimeFormat {
  const digits = 'numeric';
  const options = {
    year: digits,
    month: digits,
    day: digits,
    hour: digits,
    minute: digits,
    second: digits,
  } as const;
  return new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', ...options });
}

describe('the rules of the package', () => {
  it('know every zone of the runtime', () => {
    const zones = Intl.supportedValuesOf('timeZone');
    expect(zones.length).toBeGreaterThan(400);
    expect(zones.filter((zone) => !isTimeZone(zone))).toEqual([]);
  });

  it('agree with the runtime from 1970 to 2040, around every transition and in every month', () => {
    for (const zone of Intl.supportedValuesOf('timeZone')) {
      const clock = zoneClock(zone);
      if (clock === undefined) throw new Error(zone);
      const end = CHANGED_IN_2026[zone] ?? TO;
      const format = intlFormat(zone);
      const instants = clock.starts.flatMap((start) => [start - SECOND_MS, start, start + SECOND_MS]);
      for (let month = FROM; month < TO; month += 30 * DAY_MS) instants.push(month);
      const differing = instants
        .filter((instant) => instant >= FROM && instant < end)
        .filter((instant) => offsetAt(zone, instant) !== intlOffset(format, instant));
      expect({ zone, differing: differing.map((instant) => utc(instant)) }).toEqual({ zone, differing: [] });
    }
  });

  it('give the first instants of days that Temporal gives, on both sides of every transition', () => {
    const zones = Intl.supportedValuesOf('timeZone').filter((_, index) => index % 20 === 0);
    for (const zone of [...zones, 'Pacific/Apia', 'America/St_Johns', 'America/Havana', 'Africa/Cairo']) {
      const transitions = zoneClock(zone)?.starts.filter(
        (start) => start >= FROM && start < at('2026-01-01T00:00Z'),
      );
      for (const transition of transitions ?? []) {
        const local = Temporal.Instant.fromEpochMilliseconds(transition)
          .toZonedDateTimeISO(zone)
          .toPlainDate();
        for (const date of [local.subtract({ days: 1 }), local, local.add({ days: 1 })]) {
          const start = date.toZonedDateTime(zone);
          const expected = start.toPlainDate().equals(date) ? start.epochMilliseconds : undefined;
          expect([zone, date.toString(), zoneDays(zone, 0).dayByDate(date.toString())?.from]).toEqual([
            zone,
            date.toString(),
            expected,
          ]);
        }
      }
    }
  });

  // The figures are from Python's zoneinfo with PyPI's tzdata, IANA 2026f.
  test.each([
    ['America/Vancouver', '2026-11-02', '2026-11-02T07:00Z'],
    ['America/Edmonton', '2026-11-02', '2026-11-02T06:00Z'],
    ['America/Inuvik', '2026-11-02', '2026-11-02T06:00Z'],
    ['America/Winnipeg', '2026-11-02', '2026-11-02T05:00Z'],
    ['America/Havana', '2026-11-02', '2026-11-02T04:00Z'],
    ['Africa/Casablanca', '2026-09-21', '2026-09-21T00:00Z'],
    ['Africa/El_Aaiun', '2026-09-21', '2026-09-21T00:00Z'],
    ['Europe/Rome', '2026-10-26', '2026-10-25T23:00Z'],
  ])('in %s the day %s begins at %s, as IANA 2026f says', (zone, date, from) => {
    const day = zoneDays(zone, 0).dayByDate(date);
    expect(day && utc(day.from)).toBe(from);
  });

  it('have the release date of the installed package', () => {
    const changes = readFileSync(join(projectRoot(), 'node_modules/moment-timezone/changelog.md'), 'utf8');
    const [, releasedOn, version] =
      /^### `[\d.]+` _([\d-]+)_\n\* Updated data to IANA TZDB `(\w+)`/m.exec(changes) ?? [];
    expect(TIME_ZONE_RULES).toEqual({ version, releasedOn });
  });
});

describe('a name of a time zone', () => {
  test.each([
    'Europe/Rome',
    'UTC',
    'utc',
    'europe/rome',
    'EST5EDT',
    'Etc/GMT+5',
    'GB',
    'US/Pacific',
    'Asia/Calcutta',
  ])('%j is one: the calendar computes with it', (name) => {
    expect(isTimeZone(name)).toBe(true);
    const { from, to } = zoneDays(name, 0).dayAt(at('2026-11-28T12:00Z'));
    expect(to - from).toBe(24 * HOUR_MS);
  });

  test.each([
    'BST',
    'IST',
    'PST',
    'CST',
    'AST',
    'JST',
    'ECT',
    'ACT',
    'SST',
    'PLT',
    'NST',
    'VST',
    'CNT',
    'MIT',
    '+05:30',
    '-03',
    '+00:00',
    'UTC+1',
    'Etc/GMT+99',
    'SystemV/PST8',
    'US/Pacific-New',
    'posix/Europe/Rome',
    '',
    ' ',
    'Europe',
    'Europe/Rome ',
    'Europe\\Rome',
    'localtime',
    'Factory',
    'constructor',
    '__proto__',
    'null',
  ])('%j is none: not even where the runtime takes it', (name) => {
    expect(isTimeZone(name)).toBe(false);
    expect(() => zoneDays(name, 0)).toThrow(/is not an IANA time zone/);
  });

  it('is judged by what computes: every accepted name has days', () => {
    for (const zone of Intl.supportedValuesOf('timeZone')) {
      expect(zoneDays(zone, 0).dayAt(at('2026-11-28T12:00Z')).to).toBeGreaterThan(at('2026-11-28T12:00Z'));
    }
  });
});
