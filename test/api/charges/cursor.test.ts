import { decodeOffset, encodeOffset } from '../../../api/charges/cursor.ts';

const written = (text: string): string => Buffer.from(text).toString('base64url');

describe('the cursor of the feed', () => {
  it.each([0, 12, Number.MAX_SAFE_INTEGER])('names the offset %i', (offset) => {
    expect(decodeOffset(encodeOffset(offset))).toBe(offset);
  });

  it('stays valid in the format that billing services have kept', () => {
    expect(decodeOffset('ZGFpbHktY2hhcmdlcyAxMg')).toBe(12);
    expect(decodeOffset('ZGFpbHktY2hhcmdlcyAw')).toBe(0);
  });

  it.each([
    'ZGFpbHktY2hhcmdlcyAxMg==',
    written('daily-charges 012'),
    written('daily-charges -1'),
    written('daily-charges 1e3'),
    written('daily-charges 12\n'),
    written('daily-charges 9999999999999999'),
    written('other-topic 12'),
    written('["daily-charges",-1]'),
    written('["daily-charges",9007199254740992]'),
    written('["other-topic",12]'),
    written('12'),
  ])('%s is rejected', (cursor) => {
    expect(() => decodeOffset(cursor)).toThrow('next_cursor of the previous page');
  });
});
