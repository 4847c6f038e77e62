import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { idsByContent, idsByLine, type CallIdentity } from '../../../producers/access-log/ids.ts';
import { eventIdMs, parseEventId } from '../../../schemas/event-id.ts';

const DIGEST = '9U6S4BUXZ6UhuwGkJ-FqBfN5V8MbyzNDOxxNRmn3uGg';
const AT_MS = 0x0199f3a01234;

function expectRandomBits(id: string, text: string): void {
  const digest = createHash('sha256').update(text).digest('hex');
  expect(id.slice(0, 15)).toBe('0199f3a0-1234-7');
  expect(id.slice(15, 18)).toBe(digest.slice(1, 4));
  expect(id.slice(20, 23)).toBe(digest.slice(5, 8));
  expect(id.slice(24)).toBe(digest.slice(8, 20));
}

interface Case extends Omit<CallIdentity, 'line'> {
  readonly at: number;
  readonly shift: number;
}
const idOf = ({ at, shift, ...identity }: Case): string => idsByLine(shift)(at, { ...identity, line: 1 });

describe('the id of a line’s event', () => {
  it('is derived from the line, equal lines before it, the repetition and the shift', () => {
    const id = idsByLine(-86_400_001)(AT_MS, { digest: DIGEST, equalBefore: 2, line: 8_899, repetition: 3 });
    expectRandomBits(id, `${DIGEST}/2/3/-86400001`);
  });

  it('is derived from the whole content, the repetition and the line number in a replay that version 1 began', () => {
    const id = idsByContent('f15c31e9')(AT_MS, {
      digest: DIGEST,
      equalBefore: 2,
      line: 8_899,
      repetition: 3,
    });
    expectRandomBits(id, 'f15c31e9/3/8899');
  });

  it('is a UUIDv7 of its time, the same for the same arguments and another for any other', () => {
    const argument = fc.record({
      at: fc.nat(2 ** 40),
      shift: fc.nat(3),
      digest: fc.constantFrom('a', 'b'),
      equalBefore: fc.nat(3),
      repetition: fc.nat(3),
    });
    fc.assert(
      fc.property(argument, argument, (one, other) => {
        const bytes = parseEventId(idOf(one));
        expect(bytes && eventIdMs(bytes)).toBe(one.at);
        expect(idOf(one) === idOf(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
        expect(idOf({ ...one, at: 1 }) === idOf({ ...other, at: 1 })).toBe(
          JSON.stringify({ ...one, at: 1 }) === JSON.stringify({ ...other, at: 1 }),
        );
      }),
    );
  });
});
