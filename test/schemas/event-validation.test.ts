import * as fc from 'fast-check';
import { CallEventColumns } from '../../store/decode/call-event-columns.ts';
import { Transcoder } from '../../store/decode/transcode.ts';
import { validateCallEvent } from '../../schemas/call-event-validation.ts';
import { encodeCallEvent, type CallEvent } from '../../schemas/call-event.ts';
import { mintEventId } from '../../schemas/event-id.ts';
import { isName, NOTHING_DROPPED, type Rejection } from '../../schemas/event-rules.ts';
import type { EventLimits } from '../../schemas/event-validation.ts';
import { DAY_MS, MINUTE_MS } from '../../schemas/time-units.ts';

const CLOCK_MS = Date.UTC(2026, 4, 3, 12);
const LIMITS: EventLimits = { ...NOTHING_DROPPED, futureMs: 5 * MINUTE_MS, latenessMs: 35 * DAY_MS };

const columns = new CallEventColumns(1);
const transcoder = new Transcoder(LIMITS);

/** The result of the consumers, which read the facts from the event's bytes. */
function validateBytes(event: CallEvent): Rejection | undefined {
  columns.clear();
  return transcoder.add(encodeCallEvent(event), { partition: 0, offset: 0, appendedAtMs: CLOCK_MS }, columns);
}

const name = fc.oneof(
  { weight: 12, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }) },
  fc.constantFrom('', 'a\nb', 'a\u0085b', 'x'.repeat(128), 'x'.repeat(129), '€'.repeat(43)),
);
const anyText = fc.oneof(
  { weight: 24, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  fc.constantFrom('', 'a\nb', 'x'.repeat(128), 'x'.repeat(129), '€'.repeat(43), 'é'.repeat(64)),
);
const anyEvent: fc.Arbitrary<CallEvent> = fc
  .record({
    occurred_at: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: CLOCK_MS - 35 * DAY_MS, max: CLOCK_MS + 5 * MINUTE_MS }) },
      fc.integer({ min: CLOCK_MS - 36 * DAY_MS, max: CLOCK_MS + 6 * MINUTE_MS }),
    ),
    idIsLateMs: fc.oneof({ weight: 12, arbitrary: fc.constant(0) }, fc.constant(1)),
    random: fc.uint8Array({ minLength: 10, maxLength: 10 }),
    org_id: name,
    product: name,
    user_id: name,
    app_id: name,
    endpoint: fc.oneof(
      { weight: 9, arbitrary: fc.webPath() },
      fc.constantFrom('x'.repeat(2_049), 'ü'.repeat(1_025)),
    ),
    method: anyText,
    module: anyText,
    rule: anyText,
    rejection_cause: anyText,
    source_address: anyText,
    status: fc.constantFrom(200, 429, 500),
    credits: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(0, 1, 1_000_000) },
      fc.constantFrom(-1, 1_000_001),
    ),
  })
  .map(({ idIsLateMs, random, ...fields }) =>
    Object.assign(fields, {
      event_id: mintEventId(fields.occurred_at + idIsLateMs, random),
      units: 0,
      duration_ms: null,
    }),
  );

describe('the rules of which events count', () => {
  it('give the publisher, from the object, the same result as the consumers, from the bytes', () => {
    const reasons = new Map<string, number>();
    fc.assert(
      fc.property(anyEvent, (event) => {
        const rejection = validateCallEvent(event, CLOCK_MS, LIMITS);
        const reason = rejection?.reason ?? 'valid';
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
        expect(validateBytes(event)).toEqual(rejection);
      }),
      { numRuns: 1_000 },
    );
    // The property would prove nothing if hardly any event were valid, or few rules were broken.
    expect(reasons.get('valid')).toBeGreaterThan(50);
    expect(reasons.size).toBeGreaterThan(12);
  });
});

describe('a text that may be empty', () => {
  const valid: CallEvent = {
    event_id: mintEventId(CLOCK_MS, new Uint8Array(10)),
    occurred_at: CLOCK_MS,
    org_id: 'o',
    product: 'crm',
    user_id: 'u',
    app_id: 'a',
    method: 'GET',
    endpoint: '/',
    module: '',
    status: 200,
    credits: 1,
    rule: '',
    units: 0,
    rejection_cause: '',
    source_address: '',
    duration_ms: null,
  };
  const reasonsOf = (change: Partial<CallEvent>) => {
    const event = { ...valid, ...change };
    return [validateCallEvent(event, CLOCK_MS, LIMITS)?.reason, validateBytes(event)?.reason];
  };

  it.each([
    ['method', 'method', 128],
    ['module', 'module', 128],
    ['rule', 'rule', 128],
    ['rejection_cause', 'rejection-cause', 128],
    ['source_address', 'source-address', 128],
    ['endpoint', 'endpoint', 2_048],
  ] as const)(
    '%s: over its limit the reason is %s, for publishers and consumers',
    (field, reason, maxBytes) => {
      for (const text of ['', 'a\nb', 'x'.repeat(maxBytes), 'é'.repeat(maxBytes / 2)]) {
        expect(reasonsOf({ [field]: text })).toEqual([undefined, undefined]);
      }
      for (const text of ['x'.repeat(maxBytes + 1), 'é'.repeat(maxBytes / 2 + 1), 'x'.repeat(40_000)]) {
        expect(reasonsOf({ [field]: text })).toEqual([reason, reason]);
      }
    },
  );
});

describe('a name', () => {
  it.each(['-', 'x'.repeat(128), '€'.repeat(42), 'an "n" 😀', '\u00a0'])('may be %j', (text) => {
    expect(isName(text)).toBe(true);
  });

  it.each(['', 'x'.repeat(129), '€'.repeat(43), 'a\nb', '\u007f', '\u0085'])('must not be %j', (text) => {
    expect(isName(text)).toBe(false);
  });
});
