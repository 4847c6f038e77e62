import { CallEventColumns } from '../../../consumers/decode/call-event-columns.ts';
import { Transcoder } from '../../../consumers/decode/transcode.ts';
import { encodeCallEvent, type CallEvent } from '../../../schemas/call-event.ts';
import { APPENDED_AT_MS, eventOf, LIMITS } from '../event.ts';
import { orgIdOf } from '../../../consumers/decode/org-of-record.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const columns = new CallEventColumns(1);

function verdictOn(changes: Partial<CallEvent>, limits = LIMITS): string | undefined {
  return verdictOnBytes(encodeCallEvent(eventOf(changes)), limits);
}

function verdictOnBytes(message: Buffer, limits = LIMITS): string | undefined {
  columns.clear();
  const at = { partition: 0, offset: 0, appendedAtMs: APPENDED_AT_MS };
  const verdict = new Transcoder(limits).add(message, at, columns);
  expect(columns.rows).toBe(verdict ? 0 : 1);
  return verdict?.reason;
}

describe('an event counts', () => {
  it('when nothing is wrong with it', () => {
    expect(verdictOn({})).toBeUndefined();
  });

  it('at exactly five minutes after the append time, and not a millisecond later', () => {
    expect(verdictOn({ occurred_at: APPENDED_AT_MS + 5 * MINUTE_MS })).toBeUndefined();
    expect(verdictOn({ occurred_at: APPENDED_AT_MS + 5 * MINUTE_MS + 1 })).toBe('future-dated');
  });

  it('at exactly 35 days before the append time, and not a millisecond earlier', () => {
    expect(verdictOn({ occurred_at: APPENDED_AT_MS - 35 * DAY_MS })).toBeUndefined();
    expect(verdictOn({ occurred_at: APPENDED_AT_MS - 35 * DAY_MS - 1 })).toBe('too-late');
  });

  it('not beyond retention: expired, whatever the lateness limit', () => {
    const limits = { ...LIMITS, latenessMs: 1_000 * DAY_MS };
    expect(verdictOn({ occurred_at: APPENDED_AT_MS - 400 * DAY_MS }, limits)).toBeUndefined();
    expect(verdictOn({ occurred_at: APPENDED_AT_MS - 400 * DAY_MS - 1 }, limits)).toBe('expired');
    expect(verdictOn({ occurred_at: APPENDED_AT_MS - 400 * DAY_MS - 1 })).toBe('expired');
    expect(verdictOn({ occurred_at: APPENDED_AT_MS - 400 * DAY_MS })).toBe('too-late');
  });

  it('not before the instant until which a shorter retention may have dropped events, however long they are kept now', () => {
    const droppedBeforeMs = APPENDED_AT_MS - 97 * DAY_MS;
    const limits = { ...LIMITS, latenessMs: 300 * DAY_MS, droppedBeforeMs };
    expect(verdictOn({ occurred_at: droppedBeforeMs }, limits)).toBeUndefined();
    expect(verdictOn({ occurred_at: droppedBeforeMs - 1 }, limits)).toBe('expired');
  });

  it('a year late in a backfill, which is a run with a larger limit', () => {
    const occurred_at = APPENDED_AT_MS - 366 * DAY_MS;
    expect(verdictOn({ occurred_at })).toBe('too-late');
    expect(verdictOn({ occurred_at }, { ...LIMITS, latenessMs: 366 * DAY_MS })).toBeUndefined();
  });

  it('with 0 and with 1,000,000 credits, neither below nor above', () => {
    expect(verdictOn({ credits: 0 })).toBeUndefined();
    expect(verdictOn({ credits: 1_000_000 })).toBeUndefined();
    expect(verdictOn({ credits: -1 })).toBe('credits');
    expect(verdictOn({ credits: 1_000_001 })).toBe('credits');
  });

  it('when rejected with 429 only if it costs nothing', () => {
    expect(verdictOn({ status: 429, credits: 0 })).toBeUndefined();
    expect(verdictOn({ status: 429, credits: 1 })).toBe('rejected-with-credits');
  });

  it('with an endpoint of 2,048 bytes, not of 2,049', () => {
    expect(verdictOn({ endpoint: 'x'.repeat(2_048) })).toBeUndefined();
    expect(verdictOn({ endpoint: 'ü'.repeat(1_024) })).toBeUndefined();
    expect(verdictOn({ endpoint: 'x'.repeat(2_049) })).toBe('endpoint');
    expect(verdictOn({ endpoint: 'ü'.repeat(1_024) + 'x' })).toBe('endpoint');
    expect(verdictOn({ endpoint: '' })).toBeUndefined();
  });

  it('with any length of the texts that have no limit', () => {
    const long = 'x'.repeat(70_000);
    expect(verdictOn({ method: long, module: long, rule: long, source_address: long })).toBeUndefined();
  });
});

describe.each([
  ['org_id', 'org-id'],
  ['product', 'product'],
  ['user_id', 'user-id'],
  ['app_id', 'app-id'],
])('%s', (field, reason) => {
  const verdictWith = (name: string) => verdictOn({ [field]: name });

  it('has 1 to 128 bytes of UTF-8', () => {
    expect(verdictWith('')).toBe(reason);
    expect(verdictWith('-')).toBeUndefined();
    expect(verdictWith('x'.repeat(128))).toBeUndefined();
    expect(verdictWith('x'.repeat(129))).toBe(reason);
    // 43 characters of three bytes.
    expect(verdictWith('€'.repeat(42) + 'xx')).toBeUndefined();
    expect(verdictWith('€'.repeat(43))).toBe(reason);
  });

  it('has no control character, which is Unicode’s category Cc', () => {
    for (let code = 0; code < 0x300; code += 1) {
      const char = String.fromCodePoint(code);
      expect([code, verdictWith(`a${char}b`)]).toEqual([code, /\p{Cc}/u.test(char) ? reason : undefined]);
    }
    // C2 9F is one, C2 A0 (no-break space) and C3 9F (ß) are none.
    expect(verdictWith('\u009f')).toBe(reason);
    expect(verdictWith('\u00a0')).toBeUndefined();
    expect(verdictWith('ß')).toBeUndefined();
  });
});

describe('an event id', () => {
  const event = eventOf();
  const withByte = (at: number, change: (byte: number) => number) => {
    const message = encodeCallEvent(event);
    message.writeUInt8(change(message.readUInt8(10 + at)), 10 + at);
    return verdictOnBytes(message);
  };

  it('is a UUID of version 7 and variant 10', () => {
    for (let version = 0; version < 16; version += 1) {
      const verdict = withByte(6, (byte) => (byte & 0x0f) | (version << 4));
      expect([version, verdict]).toEqual([version, version === 7 ? undefined : 'event-id']);
    }
    for (let variant = 0; variant < 4; variant += 1) {
      const verdict = withByte(8, (byte) => (byte & 0x3f) | (variant << 6));
      expect([variant, verdict]).toEqual([variant, variant === 2 ? undefined : 'event-id']);
    }
  });

  it('holds occurred_at in every one of its first 48 bits', () => {
    for (let bit = 0; bit < 48; bit += 1) {
      expect(withByte(Math.floor(bit / 8), (byte) => byte ^ (1 << (bit % 8)))).toBe('event-id-time');
    }
    expect(withByte(15, (byte) => byte ^ 1)).toBeUndefined();
  });
});

describe('an event with several faults', () => {
  it('gets the first reason in the documented order, whatever comes with it', () => {
    const faults: [Partial<CallEvent>, string][] = [
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
    for (let first = 0; first < faults.length; first += 1) {
      const changes: Partial<CallEvent> = Object.assign({}, ...faults.slice(first).map(([fault]) => fault));
      expect(verdictOn({ event_id, ...changes })).toBe(faults[first]?.[1]);
    }
    expect(verdictOn({ occurred_at: APPENDED_AT_MS + DAY_MS, status: 429 })).toBe('rejected-with-credits');
  });
});

describe('a text that is no UTF-8', () => {
  it.each([
    ['a lone continuation byte', [0x80]],
    ['a cut sequence', [0xe2, 0x82]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['beyond U+10FFFF', [0xf5, 0x80, 0x80, 0x80]],
  ])('makes the message no event: %s', (_, bytes) => {
    for (const field of ['org_id', 'method', 'endpoint', 'rule', 'source_address']) {
      const marker = `a${'?'.repeat(bytes.length)}b`;
      const message = encodeCallEvent(eventOf({ [field]: marker }));
      message.set(bytes, message.indexOf(marker) + 1);
      expect([field, verdictOnBytes(message)]).toEqual([field, 'not-an-event']);
    }
  });
});

describe('the org that a dead letter is shown under', () => {
  it('is the event’s own where it can be read, else the key', () => {
    const message = encodeCallEvent(eventOf({ org_id: 'net-7', user_id: '' }));
    expect(orgIdOf(Buffer.from('key'), message)).toBe('net-7');
    expect(orgIdOf(Buffer.from('key'), message.subarray(0, 40))).toBe('net-7');
    expect(orgIdOf(Buffer.from('key'), message.subarray(0, 34))).toBe('key');
    expect(orgIdOf(Buffer.from('key'), Buffer.from('{}'))).toBe('key');
    expect(orgIdOf(Buffer.alloc(500, 'k'), null)).toBe('k'.repeat(128));
    expect(orgIdOf(null, null)).toBe('');
  });
});
