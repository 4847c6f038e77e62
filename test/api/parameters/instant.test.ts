import { parseInstant, formatInstant } from '../../../domain/instants.ts';

describe('an instant parameter', () => {
  it.each([
    ['2026-11-22T03:04:05.678Z', '2026-11-22T03:04:05.678Z'],
    ['2026-11-22T03:04:05Z', '2026-11-22T03:04:05.000Z'],
    ['2026-11-22t03:04:05.6z', '2026-11-22T03:04:05.600Z'],
    ['2026-11-22T03:04:05.67Z', '2026-11-22T03:04:05.670Z'],
    ['2026-11-22T08:34:05.678+05:30', '2026-11-22T03:04:05.678Z'],
    ['2026-11-21T19:04:05.678-08:00', '2026-11-22T03:04:05.678Z'],
    ['2026-11-22T03:04:05.678+00:00', '2026-11-22T03:04:05.678Z'],
    ['2024-02-29T23:59:59.999Z', '2024-02-29T23:59:59.999Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
  ])('%s is %s', (text, expected) => {
    const instant = parseInstant(text);
    expect(instant).toBe(Date.parse(expected));
    expect(formatInstant(instant ?? Number.NaN)).toBe(expected);
  });

  it('reads a space as the plus that a query string has lost', () => {
    expect(parseInstant('2026-11-22T08:34:05.678 05:30')).toBe(Date.parse('2026-11-22T03:04:05.678Z'));
  });

  it('is exact to the millisecond: finer digits are cut off, never rounded up', () => {
    expect(parseInstant('2026-11-22T03:04:05.678999999Z')).toBe(Date.parse('2026-11-22T03:04:05.678Z'));
  });

  it.each([
    '',
    'now',
    '2026-11-22',
    '2026-11-22T03:04:05',
    '2026-11-22 03:04:05Z',
    '2026-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-11-22T24:00:00Z',
    '2026-11-22T03:60:00Z',
    '2026-11-22T03:04:60Z',
    '2026-11-22T03:04:05.Z',
    '2026-11-22T03:04:05+24:00',
    '2026-11-22T03:04:05+05:60',
    '2026-11-22T03:04:05+0530',
    '+002026-11-22T03:04:05Z',
    '1969-12-31T23:59:59.999Z',
    '2105-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '2026-11-22T03:04:05Z\n',
    '1795316645678',
  ])('rejects %j', (text) => {
    expect(parseInstant(text)).toBeUndefined();
  });
});
