import { deflateRawSync } from 'node:zlib';
import { Type } from 'typebox';
import { CursorInstant, cursorCodec } from '../../../api/parameters/cursor.ts';
import { Problem } from '../../../api/problems/problem.ts';

const { encode, decode } = cursorCodec(Type.Tuple([CursorInstant, Type.String()]));
const written = (text: string): string => Buffer.from(text).toString('base64url');

const LAST_INSTANT = Date.parse('2104-12-31T23:59:59.999Z');

describe('a cursor', () => {
  it.each([[[0, '']], [[LAST_INSTANT, '"dörte", 🙈']], [[1, '\u0000\\']]] as const)(
    'is read as it was written: %j',
    (content) => {
      expect(decode(encode([...content]))).toEqual(content);
    },
  );

  it('fits into an address, whatever the texts of its place are', () => {
    for (const text of ['\u0001'.repeat(2_048), '"\\'.repeat(1_024), 'é'.repeat(1_024), 'x'.repeat(3_000)]) {
      const cursor = encode([1, text]);
      expect(cursor.length).toBeLessThan(6_000);
      expect(encodeURIComponent(cursor)).toBe(cursor);
      expect(decode(cursor)).toEqual([1, text]);
    }
  });

  it.each([
    [`~${deflateRawSync('[1,"ann" ]').toString('base64url')}`, 'deflated, in another spelling'],
    [`~${deflateRawSync(Buffer.alloc(8_000_000, ' ')).toString('base64url')}`, 'that inflates to megabytes'],
    ['~', 'deflated, without content'],
    ['~abc', 'deflated, torn'],
    [Buffer.from([0x5b, 0x31, 0x2c, 0x22, 0xff, 0x22, 0x5d]).toString('base64url'), 'that is not UTF-8'],
    ['', 'empty'],
    ['abc', 'not JSON'],
    [encode([1, 'ann']).slice(0, -3), 'cut short'],
    [`${encode([1, 'ann'])}A`, 'with more after it'],
    [`${encode([1, 'ann'])}=`, 'padded'],
    [written('[1, "ann"]'), 'in another spelling'],
    [written('[1e0,"ann"]'), 'with another spelling of a number'],
    [written('{"0":1,"1":"ann"}'), 'of another shape'],
    [written('[1,"ann",2]'), 'with more values'],
    [written('[-1,"ann"]'), 'with an instant before 1970'],
    [written(`[${LAST_INSTANT + 1},"ann"]`), 'with an instant after 2104'],
    [written('[1e+300,"ann"]'), 'with a number that no integer column holds'],
    [written('[1.5,"ann"]'), 'with a fraction'],
    [written('['.repeat(4_000)), 'that nests without end'],
  ])('%j is rejected: %s', (cursor) => {
    expect(() => decode(cursor)).toThrow(Problem);
    expect(() => decode(cursor)).toThrow(
      'cursor must be the next_cursor of the previous page, unchanged and with the same parameters',
    );
  });
});
