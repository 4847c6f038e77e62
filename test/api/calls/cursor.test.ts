import { decodeCursor, encodeCursor } from '../../../api/calls/cursor.ts';

const POSITION = { occurredAt: 1_795_316_645_678, eventId: '01a20155-5c5a-7f2d-9545-72e0f1f0b750' };

describe('the cursor of the call log', () => {
  it('names the place it was made of', () => {
    expect(decodeCursor(encodeCursor(POSITION))).toEqual(POSITION);
  });

  it.each([
    ['', 'nothing'],
    ['abc', 'no cursor'],
    [encodeCursor(POSITION).slice(0, -2), 'one cut short'],
    [`${encodeCursor(POSITION)}A`, 'one with more behind it'],
    [Buffer.from('-1 01a20155-5c5a-7f2d-9545-72e0f1f0b750').toString('base64url'), 'a time before 1970'],
    [Buffer.from('1e3 01a20155-5c5a-7f2d-9545-72e0f1f0b750').toString('base64url'), 'a time in another form'],
    [Buffer.from(`1 ' OR 1=1 --`).toString('base64url'), 'SQL'],
  ])('refuses %j: %s', (cursor) => {
    expect(() => decodeCursor(cursor)).toThrow('next_cursor of the page before');
  });
});
