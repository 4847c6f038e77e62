import { ceilTo, floorTo, formatInstant, parseInstant, parseUtcInstant } from '../../domain/instants.ts';
import { BUCKET_MS, DAY_MS, HOUR_MS } from '../../schemas/time-units.ts';

const NOT_INSTANTS = [
  ['an empty text', ''],
  ['a word', 'now'],
  ['epoch milliseconds', '1795316645678'],
  ['a date', '2026-11-22'],
  ['a local time', '2026-11-22T03:04:05'],
  ['a space for the T', '2026-11-22 03:04:05Z'],
  ['29 February of a common year', '2026-02-29T00:00:00Z'],
  ['29 February of 2100, which is not a leap year', '2100-02-29T00:00:00Z'],
  ['30 February', '2026-02-30T00:00:00Z'],
  ['30 February of a leap year', '2028-02-30T00:00:00Z'],
  ['31 April', '2026-04-31T00:00:00Z'],
  ['day 0', '2026-11-00T00:00:00Z'],
  ['day 32', '2026-01-32T00:00:00Z'],
  ['month 0', '2026-00-01T00:00:00Z'],
  ['month 13', '2026-13-01T00:00:00Z'],
  ['24:00', '2026-11-22T24:00:00Z'],
  ['minute 60', '2026-11-22T03:60:00Z'],
  ['second 60', '2026-11-22T03:04:60Z'],
  ['a leap second', '2016-12-31T23:59:60Z'],
  ['a point without digits', '2026-11-22T03:04:05.Z'],
  ['a comma', '2026-11-22T03:04:05,678Z'],
  ['no seconds', '2026-11-22T03:04Z'],
  ['an offset of 24 hours', '2026-11-22T03:04:05+24:00'],
  ['an offset with minute 60', '2026-11-22T03:04:05+05:60'],
  ['an offset without a colon', '2026-11-22T03:04:05+0530'],
  ['an offset of hours only', '2026-11-22T03:04:05+05'],
  ['a signed year', '+002026-11-22T03:04:05Z'],
  ['a year of five digits', '12026-11-22T03:04:05Z'],
  ['a line break after it', '2026-11-22T03:04:05Z\n'],
  ['a space before it', ' 2026-11-22T03:04:05Z'],
] as const;

describe('an RFC 3339 instant', () => {
  it.each([
    ['2026-11-22T03:04:05.678Z', '2026-11-22T03:04:05.678Z'],
    ['2026-11-22T03:04:05Z', '2026-11-22T03:04:05.000Z'],
    ['2026-11-22t03:04:05.6z', '2026-11-22T03:04:05.600Z'],
    ['2026-11-22T03:04:05.67Z', '2026-11-22T03:04:05.670Z'],
    ['2026-11-22T08:34:05.678+05:30', '2026-11-22T03:04:05.678Z'],
    ['2026-11-21T19:04:05.678-08:00', '2026-11-22T03:04:05.678Z'],
    ['2026-11-22T03:04:05.678+00:00', '2026-11-22T03:04:05.678Z'],
    ['2026-11-22T03:04:05.678-00:00', '2026-11-22T03:04:05.678Z'],
    ['2026-03-01T00:30:00+01:00', '2026-02-28T23:30:00.000Z'],
    ['2026-12-31T23:30:00-01:00', '2027-01-01T00:30:00.000Z'],
    ['2026-11-22T23:59:59+23:59', '2026-11-22T00:00:59.000Z'],
    ['2024-02-29T23:59:59.999Z', '2024-02-29T23:59:59.999Z'],
    ['2000-02-29T00:00:00Z', '2000-02-29T00:00:00.000Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['2104-12-31T23:59:59.999Z', '2104-12-31T23:59:59.999Z'],
  ])('%s is %s', (text, expected) => {
    const instant = parseInstant(text);
    expect(instant).toBe(Date.parse(expected));
    expect(formatInstant(instant ?? Number.NaN)).toBe(expected);
  });

  it('may have a space for the plus that a query string decodes as a space', () => {
    expect(parseInstant('2026-11-22T08:34:05.678 05:30')).toBe(Date.parse('2026-11-22T03:04:05.678Z'));
  });

  it('is exact to the millisecond: further digits are cut off, never rounded up', () => {
    expect(parseInstant('2026-11-22T03:04:05.678999999Z')).toBe(Date.parse('2026-11-22T03:04:05.678Z'));
  });

  it.each(NOT_INSTANTS)('cannot be %s', (_, text) => {
    expect(parseInstant(text)).toBeUndefined();
    expect(parseUtcInstant(text)).toBeUndefined();
  });

  it.each([
    '1969-12-31T23:59:59.999Z',
    '1970-01-01T00:00:00+00:01',
    '2105-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
  ])('lies between 1970 and 2104, unlike %s', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});

describe('an instant in UTC to the millisecond', () => {
  it.each([
    ['2026-11-22T03:04:05.678Z', Date.UTC(2026, 10, 22, 3, 4, 5, 678)],
    ['2026-11-22T03:04:05.6Z', Date.UTC(2026, 10, 22, 3, 4, 5, 600)],
    ['2026-11-22T03:04:05Z', Date.UTC(2026, 10, 22, 3, 4, 5)],
    ['1969-12-31T23:59:59.999Z', -1],
    ['9999-12-31T23:59:59Z', Date.UTC(9999, 11, 31, 23, 59, 59)],
    ['0099-01-01T00:00:00Z', Date.parse('0099-01-01T00:00:00.000Z')],
  ])('%s may be of any year', (text, expected) => {
    expect(parseUtcInstant(text)).toBe(expected);
  });

  it.each([
    ['an offset', '2026-11-22T03:04:05+05:30'],
    ['an offset of 0', '2026-11-22T03:04:05+00:00'],
    ['more than three digits of a second', '2026-11-22T03:04:05.6789Z'],
    ['small letters', '2026-11-22t03:04:05z'],
  ])('cannot have %s', (_, text) => {
    expect(parseUtcInstant(text)).toBeUndefined();
  });
});

describe('rounding to a step', () => {
  const noon = Date.UTC(2026, 4, 4, 12);

  it('floorTo returns the last multiple at or before an instant', () => {
    expect(floorTo(noon, HOUR_MS)).toBe(noon);
    expect(floorTo(noon + HOUR_MS - 1, HOUR_MS)).toBe(noon);
    expect(floorTo(noon, DAY_MS)).toBe(Date.UTC(2026, 4, 4));
    expect(floorTo(-1, HOUR_MS)).toBe(-HOUR_MS);
  });

  it('ceilTo returns the first multiple at or after an instant', () => {
    expect(ceilTo(noon, HOUR_MS)).toBe(noon);
    expect(ceilTo(noon + 1, BUCKET_MS)).toBe(noon + BUCKET_MS);
    expect(ceilTo(-1, HOUR_MS)).toBe(-0);
  });
});
