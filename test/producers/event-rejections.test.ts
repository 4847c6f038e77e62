import { mintEventId } from '../../schemas/event-id.ts';
import { NOTHING_DROPPED } from '../../schemas/event-rules.ts';
import { completeEvent, type CallEventInput } from '../../schemas/call-event-input.ts';
import { EventRejectedError, type RejectionReason } from '../../producers/errors.ts';
import { validateCallEvent } from '../../schemas/call-event-validation.ts';
import { call, countingBytes, NOW_MS } from './sample-event.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const LIMITS = { ...NOTHING_DROPPED, futureMs: 5 * MINUTE_MS, latenessMs: 35 * DAY_MS };
const id = (atMs: number): string => mintEventId(atMs, new Uint8Array(10));

/** Why the SDK rejects an event; undefined if it accepts it. */
function reasonOf(input: object): RejectionReason | undefined {
  try {
    const event = completeEvent(input, NOW_MS, countingBytes());
    return validateCallEvent(event, NOW_MS, LIMITS)?.reason;
  } catch (error) {
    if (error instanceof EventRejectedError) return error.reason;
    throw error;
  }
}

const accepted: [string, Partial<CallEventInput>][] = [
  ['a plain call', {}],
  ['names of 128 bytes', { org_id: 'o'.repeat(128), user_id: 'ü'.repeat(64), app_id: 'a'.repeat(128) }],
  ['an endpoint of 2,048 bytes', { endpoint: `/${'x'.repeat(2_047)}` }],
  ['an empty endpoint', { endpoint: '' }],
  ['no credits', { credits: 0 }],
  ['1,000,000 credits', { credits: 1_000_000 }],
  ['a rejected call without credits', { status: 429, credits: 0 }],
  ['5 minutes ahead', { occurred_at: NOW_MS + 5 * MINUTE_MS }],
  ['35 days late', { occurred_at: NOW_MS - 35 * DAY_MS }],
  ['an id of its time', { occurred_at: NOW_MS - 1, event_id: id(NOW_MS - 1) }],
  ['a space, a quote and an emoji in a name', { user_id: 'an "n" 😀' }],
];

const rejected: [string, RejectionReason, object][] = [
  ['an id that is not a UUID', 'event-id', { event_id: 'abc', occurred_at: NOW_MS }],
  ['a UUIDv4', 'event-id', { event_id: id(NOW_MS).replace(/-7(?=.{3}-[89ab])/, '-4'), occurred_at: NOW_MS }],
  ['an upper-case UUID', 'event-id', { event_id: id(NOW_MS).toUpperCase(), occurred_at: NOW_MS }],
  ['an id a millisecond off', 'event-id-time', { event_id: id(NOW_MS - 1), occurred_at: NOW_MS }],
  ['an id without its time', 'event-id-time', { event_id: id(NOW_MS - 1) }],
  ['a time before 1970', 'event-id-time', { occurred_at: -1 }],
  ['an empty org', 'org-id', { org_id: '' }],
  ['an org of 129 bytes', 'org-id', { org_id: 'o'.repeat(129) }],
  ['a line break in an org', 'org-id', { org_id: 'a\nb' }],
  ['an empty product', 'product', { product: '' }],
  ['a tab in a product', 'product', { product: 'c\trm' }],
  ['an empty user', 'user-id', { user_id: '' }],
  ['a user of 65 two-byte letters', 'user-id', { user_id: 'ü'.repeat(65) }],
  ['DEL in a user', 'user-id', { user_id: 'ann\u007F' }],
  ['a C1 control in a user', 'user-id', { user_id: 'ann\u0085' }],
  ['an empty app', 'app-id', { app_id: '' }],
  ['NUL in an app', 'app-id', { app_id: '\u0000' }],
  ['an endpoint of 2,049 bytes', 'endpoint', { endpoint: `/${'x'.repeat(2_048)}` }],
  ['negative credits', 'credits', { credits: -1 }],
  ['1,000,001 credits', 'credits', { credits: 1_000_001 }],
  ['a rejected call with credits', 'rejected-with-credits', { status: 429, credits: 1 }],
  ['a millisecond more than 5 minutes ahead', 'future-dated', { occurred_at: NOW_MS + 5 * MINUTE_MS + 1 }],
  ['a millisecond more than 35 days late', 'too-late', { occurred_at: NOW_MS - 35 * DAY_MS - 1 }],
  ['half a credit', 'shape', { credits: 0.5 }],
  ['credits as text', 'shape', { credits: '1' }],
  ['credits that are not a number', 'shape', { credits: Number.NaN }],
  ['a time in fractions of a millisecond', 'shape', { occurred_at: NOW_MS + 0.5 }],
  ['a status beyond three digits', 'shape', { status: 1_000 }],
  ['an unknown field', 'shape', { modul: 'leads' }],
  ['a negative duration', 'shape', { duration_ms: -1 }],
  ['units beyond what a number holds exactly', 'shape', { units: 2 ** 53 }],
];

describe('the publishing SDK', () => {
  it.each(accepted)('accepts %s', (_, changes) => {
    expect(reasonOf(call(changes))).toBeUndefined();
  });

  it.each(rejected)('rejects %s as %s', (_, reason, changes) => {
    expect(reasonOf({ ...call(), ...changes })).toBe(reason);
  });

  it.each(['org_id', 'status', 'credits', 'endpoint'])(
    'rejects an event without %s and names it',
    (field) => {
      const input = { ...call(), [field]: undefined };
      expect(reasonOf(input)).toBe('shape');
      const { [field]: _, ...without } = { ...call() } as Record<string, unknown>;
      expect(() => completeEvent(without, NOW_MS, countingBytes())).toThrow(`${field} is missing`);
    },
  );

  it('says which value broke the rule', () => {
    const event = completeEvent(call({ credits: 1_000_001 }), NOW_MS, countingBytes());
    expect(validateCallEvent(event, NOW_MS, LIMITS)?.detail).toContain('1000001');
  });
});
