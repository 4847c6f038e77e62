import { CallEventColumns } from '../../../store/decode/call-event-columns.ts';
import { Transcoder } from '../../../store/decode/transcode.ts';
import { encodeCallEvent, type CallEvent } from '../../../schemas/call-event.ts';
import { APPENDED_AT_MS, eventOf, LIMITS } from '../../consumers/event.ts';
import { orgIdOf } from '../../../store/decode/org-of-record.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const columns = new CallEventColumns(1);

function reasonOf(changes: Partial<CallEvent>, limits = LIMITS): string | undefined {
  return reasonOfBytes(encodeCallEvent(eventOf(changes)), limits);
}

function reasonOfBytes(message: Buffer, limits = LIMITS): string | undefined {
  columns.clear();
  const at = { partition: 0, offset: 0, appendedAtMs: APPENDED_AT_MS };
  const rejection = new Transcoder(limits).add(message, at, columns);
  expect(columns.rows).toBe(rejection ? 0 : 1);
  return rejection?.reason;
}

describe('an event is valid', () => {
  it('when it breaks no rule', () => {
    expect(reasonOf({})).toBeUndefined();
  });

  it('at exactly five minutes after the append time, and not a millisecond later', () => {
    expect(reasonOf({ occurred_at: APPENDED_AT_MS + 5 * MINUTE_MS })).toBeUndefined();
    expect(reasonOf({ occurred_at: APPENDED_AT_MS + 5 * MINUTE_MS + 1 })).toBe('future-dated');
  });

  it('at exactly 35 days before the append time, and not a millisecond earlier', () => {
    expect(reasonOf({ occurred_at: APPENDED_AT_MS - 35 * DAY_MS })).toBeUndefined();
    expect(reasonOf({ occurred_at: APPENDED_AT_MS - 35 * DAY_MS - 1 })).toBe('too-late');
  });

  it('not beyond retention: expired, whatever the lateness limit', () => {
    const limits = { ...LIMITS, latenessMs: 1_000 * DAY_MS };
    expect(reasonOf({ occurred_at: APPENDED_AT_MS - 400 * DAY_MS }, limits)).toBeUndefined();
    expect(reasonOf({ occurred_at: APPENDED_AT_MS - 400 * DAY_MS - 1 }, limits)).toBe('expired');
    expect(reasonOf({ occurred_at: APPENDED_AT_MS - 400 * DAY_MS - 1 })).toBe('expired');
    expect(reasonOf({ occurred_at: APPENDED_AT_MS - 400 * DAY_MS })).toBe('too-late');
  });

  it('not before the instant up to which a shorter retention may have dropped events, however long they are kept now', () => {
    const droppedBeforeMs = APPENDED_AT_MS - 97 * DAY_MS;
    const limits = { ...LIMITS, latenessMs: 300 * DAY_MS, droppedBeforeMs };
    expect(reasonOf({ occurred_at: droppedBeforeMs }, limits)).toBeUndefined();
    expect(reasonOf({ occurred_at: droppedBeforeMs - 1 }, limits)).toBe('expired');
  });

  it('a year late in a backfill, which is a run with a larger limit', () => {
    const occurred_at = APPENDED_AT_MS - 366 * DAY_MS;
    expect(reasonOf({ occurred_at })).toBe('too-late');
    expect(reasonOf({ occurred_at }, { ...LIMITS, latenessMs: 366 * DAY_MS })).toBeUndefined();
  });

  it('with 0 and with 1,000,000 credits, neither below nor above', () => {
    expect(reasonOf({ credits: 0 })).toBeUndefined();
    expect(reasonOf({ credits: 1_000_000 })).toBeUndefined();
    expect(reasonOf({ credits: -1 })).toBe('credits');
    expect(reasonOf({ credits: 1_000_001 })).toBe('credits');
  });

  it('with status 429 only if it costs nothing', () => {
    expect(reasonOf({ status: 429, credits: 0 })).toBeUndefined();
    expect(reasonOf({ status: 429, credits: 1 })).toBe('rejected-with-credits');
  });

  it('with an endpoint of 2,048 bytes, not of 2,049', () => {
    expect(reasonOf({ endpoint: 'x'.repeat(2_048) })).toBeUndefined();
    expect(reasonOf({ endpoint: 'ü'.repeat(1_024) })).toBeUndefined();
    expect(reasonOf({ endpoint: 'x'.repeat(2_049) })).toBe('endpoint');
    expect(reasonOf({ endpoint: 'ü'.repeat(1_024) + 'x' })).toBe('endpoint');
    expect(reasonOf({ endpoint: '' })).toBeUndefined();
  });

  it.each([
    ['method', 'method'],
    ['module', 'module'],
    ['rule', 'rule'],
    ['rejection_cause', 'rejection-cause'],
    ['source_address', 'source-address'],
  ])('with a %s of 0 to 128 bytes, whatever they are', (field, reason) => {
    expect(reasonOf({ [field]: '' })).toBeUndefined();
    expect(reasonOf({ [field]: '\u0000'.repeat(128) })).toBeUndefined();
    expect(reasonOf({ [field]: 'x'.repeat(129) })).toBe(reason);
    expect(reasonOf({ [field]: '€'.repeat(43) })).toBe(reason);
    expect(reasonOf({ [field]: 'x'.repeat(70_000) })).toBe(reason);
  });
});

describe.each([
  ['org_id', 'org-id'],
  ['product', 'product'],
  ['user_id', 'user-id'],
  ['app_id', 'app-id'],
])('%s', (field, reason) => {
  const reasonWith = (name: string) => reasonOf({ [field]: name });

  it('has 1 to 128 bytes of UTF-8', () => {
    expect(reasonWith('')).toBe(reason);
    expect(reasonWith('-')).toBeUndefined();
    expect(reasonWith('x'.repeat(128))).toBeUndefined();
    expect(reasonWith('x'.repeat(129))).toBe(reason);
    // 43 characters of three bytes.
    expect(reasonWith('€'.repeat(42) + 'xx')).toBeUndefined();
    expect(reasonWith('€'.repeat(43))).toBe(reason);
  });

  it('has no control characters, which are Unicode’s category Cc', () => {
    for (let code = 0; code < 0x300; code += 1) {
      const char = String.fromCodePoint(code);
      expect([code, reasonWith(`a${char}b`)]).toEqual([code, /\p{Cc}/u.test(char) ? reason : undefined]);
    }
    // C2 9F is one; C2 A0 (no-break space) and C3 9F (ß) are not.
    expect(reasonWith('\u009f')).toBe(reason);
    expect(reasonWith('\u00a0')).toBeUndefined();
    expect(reasonWith('ß')).toBeUndefined();
  });
});

describe('an event id', () => {
  const event = eventOf();
  const withByte = (at: number, change: (byte: number) => number) => {
    const message = encodeCallEvent(event);
    message.writeUInt8(change(message.readUInt8(10 + at)), 10 + at);
    return reasonOfBytes(message);
  };

  it('is a UUID of version 7 and variant 10', () => {
    for (let version = 0; version < 16; version += 1) {
      const rejection = withByte(6, (byte) => (byte & 0x0f) | (version << 4));
      expect([version, rejection]).toEqual([version, version === 7 ? undefined : 'event-id']);
    }
    for (let variant = 0; variant < 4; variant += 1) {
      const rejection = withByte(8, (byte) => (byte & 0x3f) | (variant << 6));
      expect([variant, rejection]).toEqual([variant, variant === 2 ? undefined : 'event-id']);
    }
  });

  it('holds occurred_at in every one of its first 48 bits', () => {
    for (let bit = 0; bit < 48; bit += 1) {
      expect(withByte(Math.floor(bit / 8), (byte) => byte ^ (1 << (bit % 8)))).toBe('event-id-time');
    }
    expect(withByte(15, (byte) => byte ^ 1)).toBeUndefined();
  });
});

describe('an event that breaks several rules', () => {
  it('gets the first reason in the documented order, whatever comes with it', () => {
    const changesAndReasons: [Partial<CallEvent>, string][] = [
      [{ occurred_at: APPENDED_AT_MS + 1 }, 'event-id-time'],
      [{ org_id: '' }, 'org-id'],
      [{ product: '' }, 'product'],
      [{ user_id: '\u0000' }, 'user-id'],
      [{ app_id: 'x'.repeat(200) }, 'app-id'],
      [{ endpoint: 'x'.repeat(3_000) }, 'endpoint'],
      [{ credits: 2_000_000 }, 'credits'],
      [{ status: 429 }, 'rejected-with-credits'],
    ];
    const { event_id } = eventOf();
    for (let first = 0; first < changesAndReasons.length; first += 1) {
      const changes: Partial<CallEvent> = Object.assign(
        {},
        ...changesAndReasons.slice(first).map(([broken]) => broken),
      );
      expect(reasonOf({ event_id, ...changes })).toBe(changesAndReasons[first]?.[1]);
    }
    expect(reasonOf({ occurred_at: APPENDED_AT_MS + DAY_MS, status: 429 })).toBe('rejected-with-credits');
  });
});

describe('a text that is not UTF-8', () => {
  it.each([
    ['a lone continuation byte', [0x80]],
    ['a cut sequence', [0xe2, 0x82]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['beyond U+10FFFF', [0xf5, 0x80, 0x80, 0x80]],
  ])('makes the message invalid: %s', (_, bytes) => {
    for (const field of ['org_id', 'method', 'endpoint', 'rule', 'source_address']) {
      const marker = `a${'?'.repeat(bytes.length)}b`;
      const message = encodeCallEvent(eventOf({ [field]: marker }));
      message.set(bytes, message.indexOf(marker) + 1);
      expect([field, reasonOfBytes(message)]).toEqual([field, 'not-an-event']);
    }
  });
});

describe('the org under which a dead letter is shown', () => {
  it('is the event’s if it can be read, otherwise the key', () => {
    const message = encodeCallEvent(eventOf({ org_id: 'net-7', user_id: '' }));
    expect(orgIdOf(Buffer.from('key'), message)).toBe('net-7');
    expect(orgIdOf(Buffer.from('key'), message.subarray(0, 40))).toBe('net-7');
    expect(orgIdOf(Buffer.from('key'), message.subarray(0, 34))).toBe('key');
    expect(orgIdOf(Buffer.from('key'), Buffer.from('{}'))).toBe('key');
    expect(orgIdOf(Buffer.alloc(500, 'k'), null)).toBe('k'.repeat(128));
    expect(orgIdOf(null, null)).toBe('');
  });
});
