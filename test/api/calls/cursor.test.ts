import { decodePosition, encodePosition } from '../../../api/calls/cursor.ts';

const POSITION = { occurredAt: 1_795_316_645_678, eventId: '01a20155-5c5a-7f2d-9545-72e0f1f0b750' };
const END = POSITION.occurredAt + 1;
const written = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64url');

describe('the cursor of the call log', () => {
  it('names the last call of its page', () => {
    expect(decodePosition(encodePosition(POSITION), END)).toEqual(POSITION);
  });

  it('is rejected at and after the end of the range', () => {
    expect(() => decodePosition(encodePosition(POSITION), POSITION.occurredAt)).toThrow('next_cursor');
  });

  it.each([
    ['', 'empty'],
    ['abc', 'not a cursor'],
    [encodePosition(POSITION).slice(0, -2), 'cut short'],
    [`${encodePosition(POSITION)}A`, 'with more after it'],
    [written([-1, POSITION.eventId]), 'with a time before 1970'],
    [written(['1', POSITION.eventId]), 'with a time in another form'],
    [written([1, "' OR 1=1 --"]), 'with SQL'],
  ])('%j is rejected: %s', (cursor) => {
    expect(() => decodePosition(cursor, END)).toThrow('next_cursor of the previous page');
  });
});
