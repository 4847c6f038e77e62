import { decodePlace, encodePlace, placeOf } from '../../../api/usage/cursor.ts';

const TO = 1_795_316_645_678;
const encode = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64url');

describe('the cursor of a breakdown', () => {
  it('names the range’s end and the groups of the row it was made of, in the order of group_by', () => {
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
    ['', 'nothing'],
    ['abc', 'no cursor'],
    [encode([TO, ['ann']]).slice(0, -3), 'one cut short'],
    [encode([TO, ['ann', 'bob']]), 'one of two groups'],
    [encode([TO, [404]]), 'a number for a name'],
    [encode([TO, [null]]), 'nothing for a name'],
    [encode([-1, ['ann']]), 'an end before 1970'],
    [encode([TO, ['ann'], 1]), 'more than a place'],
    [encode({ to: TO, after: ['ann'] }), 'another shape'],
    [Buffer.from(`[${TO}, ["ann"]]`).toString('base64url'), 'another spelling'],
  ])('refuses %j: %s', (cursor) => {
    expect(() => decodePlace(cursor, ['user'])).toThrow('next_cursor of the page before');
  });

  it.each([[encode([TO, ['x']])], [encode([TO, [1.5]])], [encode([TO, [2 ** 31]])]])(
    'refuses %s for a status',
    (cursor) => {
      expect(() => decodePlace(cursor, ['status'])).toThrow('next_cursor');
    },
  );
});
