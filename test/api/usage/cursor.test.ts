import { decodePlace, encodePlace, placeOf } from '../../../api/usage/cursor.ts';

const TO = 1_795_316_645_678;
const encode = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64url');

describe('the cursor of a breakdown', () => {
  it('names the range’s end and the groups of the page’s last row, in the order of group_by', () => {
    const row = {
      day: 1_795_300_000_000,
      user: '"dörte", 🙈',
      status: 404,
      calls: 1,
      credits: 2,
      rejected: 0,
    };
    const groupBy = ['status', 'user', 'day'] as const;
    const place = placeOf(row, groupBy, TO);
    expect(place).toEqual({ to: TO, after: [404, '"dörte", 🙈', 1_795_300_000_000] });
    expect(decodePlace(encodePlace(place), groupBy)).toEqual(place);
  });

  it.each([
    ['', 'empty'],
    ['abc', 'not a cursor'],
    [encode([TO, ['ann']]).slice(0, -3), 'cut short'],
    [encode([TO, ['ann', 'bob']]), 'of two groups'],
    [encode([TO, []]), 'of no group'],
    [encode([TO, [404]]), 'with a number for a name'],
    [encode([TO, [null]]), 'with null for a name'],
    [encode([-1, ['ann']]), 'with an end before 1970'],
    [encode([2 ** 48, ['ann']]), 'with an end after 2104'],
    [encode([TO, ['ann'], 1]), 'with more than a place'],
    [encode({ to: TO, after: ['ann'] }), 'of another shape'],
    [Buffer.from(`[${TO}, ["ann"]]`).toString('base64url'), 'in another spelling'],
  ])('%j is rejected: %s', (cursor) => {
    expect(() => decodePlace(cursor, ['user'])).toThrow('next_cursor of the previous page');
  });

  it.each([-1, 2 ** 48, 'x'])('is rejected with %j for a day', (day) => {
    expect(() => decodePlace(encode([TO, [day]]), ['day'])).toThrow('next_cursor');
  });

  it.each([[encode([TO, ['x']])], [encode([TO, [1.5]])], [encode([TO, [2 ** 31]])]])(
    '%s is rejected for a status',
    (cursor) => {
      expect(() => decodePlace(cursor, ['status'])).toThrow('next_cursor');
    },
  );
});
