import * as fc from 'fast-check';
import { callEventHeader, callEventType, encodeCallEvent, type CallEvent } from '../../schemas/call-event.ts';
import { mintEventId } from '../../schemas/event-id.ts';
import { hasControlCharacter } from '../../schemas/event-rules.ts';

const text = fc.oneof(
  { weight: 6, arbitrary: fc.string({ maxLength: 80 }) },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 80 }) },
  // Half of a surrogate pair, and sizes at the bounds of a length of one byte and of the writer.
  fc.constantFrom(
    '',
    '\ud800',
    'a\udfffb',
    'x'.repeat(63),
    'x'.repeat(64),
    'é'.repeat(63),
    'x'.repeat(8_200),
  ),
);
const integer = fc.oneof(
  fc.integer(),
  // avsc corrupts longs below -2^52.
  fc.maxSafeInteger().filter((value) => value >= -(2 ** 52)),
  fc.constantFrom(
    2 ** 31 - 1,
    2 ** 31,
    -(2 ** 31),
    -(2 ** 31) - 1,
    2 ** 52,
    2 ** 53 - 1,
    0.5,
    Number.NaN,
    -0,
  ),
);
const small = fc.oneof({ weight: 20, arbitrary: fc.integer() }, integer);
const anyEvent: fc.Arbitrary<CallEvent> = fc.record({
  event_id: fc.oneof(
    {
      weight: 20,
      arbitrary: fc
        .tuple(fc.nat(), fc.uint8Array({ minLength: 10, maxLength: 10 }))
        .map(([at, random]) => mintEventId(at, random)),
    },
    fc.constantFrom('', 'not an id'),
  ),
  occurred_at: fc.oneof({ weight: 20, arbitrary: fc.integer({ min: 0, max: 2 ** 48 - 1 }) }, integer),
  org_id: text,
  product: text,
  user_id: text,
  app_id: text,
  method: text,
  endpoint: text,
  module: text,
  status: small,
  credits: small,
  rule: text,
  units: fc.oneof({ weight: 20, arbitrary: fc.nat() }, integer),
  rejection_cause: text,
  source_address: text,
  duration_ms: fc.oneof(fc.constant(null), small),
});

/** The bytes, or that there are none. */
function outcomeOf(encode: () => Buffer): string {
  try {
    return encode().toString('hex');
  } catch {
    return 'not of the schema’s types';
  }
}

/** Text that has half of a surrogate pair is published with U+FFFD in its place. */
const wellFormed = (event: CallEvent): object =>
  Object.fromEntries(
    Object.entries(event).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.toWellFormed() : value,
    ]),
  );

describe('an encoded event', () => {
  it('has the bytes that avsc writes; what avsc cannot write, it does not write either', () => {
    const outcomes = { written: 0, not: 0 };
    fc.assert(
      fc.property(anyEvent, (event) => {
        const expected = outcomeOf(() =>
          Buffer.concat([callEventHeader, callEventType.toBuffer(wellFormed(event))]),
        );
        const found = outcomeOf(() => encodeCallEvent(event));
        outcomes[found.startsWith('not') ? 'not' : 'written'] += 1;
        // Texts of thousands of characters are unreadable in a difference.
        expect(found === expected).toBe(true);
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(outcomes.written, outcomes.not)).toBeGreaterThan(100);
  });

  it('keeps its bytes while any number of others are encoded', () => {
    const encoded: { readonly bytes: Buffer; readonly expected: string }[] = [];
    fc.assert(
      fc.property(anyEvent, (event) => {
        const expected = outcomeOf(() => encodeCallEvent(event));
        if (!expected.startsWith('not')) encoded.push({ bytes: encodeCallEvent(event), expected });
      }),
      { numRuns: 1_000 },
    );
    expect(encoded.every(({ bytes, expected }) => bytes.toString('hex') === expected)).toBe(true);
  });
});

describe('a control character', () => {
  it('is one of Unicode’s category Cc', () => {
    for (let unit = 0; unit < 2 ** 16; unit += 1) {
      const character = String.fromCharCode(unit);
      if (hasControlCharacter(`a${character}b`) !== /\p{Cc}/u.test(character))
        throw new Error(`U+${unit.toString(16)}`);
    }
    expect(hasControlCharacter('😀')).toBe(false);
  });
});
