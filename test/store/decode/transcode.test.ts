import { deepStrictEqual, ok } from 'node:assert/strict';
import * as fc from 'fast-check';
import { CallEventColumns } from '../../../store/decode/call-event-columns.ts';
import { isCurrentSchema, Transcoder } from '../../../store/decode/transcode.ts';
import { callEventHeader, encodeCallEvent } from '../../../schemas/call-event.ts';
import { APPENDED_AT_MS, eventOf, LIMITS } from '../../consumers/event.ts';
import { readNative, type NativeRow } from './native-reader.ts';
import { decode, encodeDecoded, rowOf, reasonOf, type DecodedEvent } from '../../consumers/oracle.ts';

const transcoder = new Transcoder(LIMITS);

interface Outcome {
  readonly reason: string | undefined;
  readonly detail?: string;
  readonly rows: NativeRow[];
}

const columns = new CallEventColumns(3);
const good = encodeCallEvent(eventOf());
const neighbours = [1, 3].map((offset) => rowOf(decode(good), 0, offset, APPENDED_AT_MS));
const addGood = (offset: number) =>
  transcoder.add(good, { partition: 0, offset, appendedAtMs: APPENDED_AT_MS }, columns);
addGood(1);
addGood(3);
const withoutMessage = Buffer.concat(columns.body());

/**
 * A message between two good ones: in the columns, so that what it leaves behind would show, and in the bytes, so that
 * reading beyond its end would go on as if it were whole.
 */
function transcode(message: Buffer): Outcome {
  columns.clear();
  addGood(1);
  const at = { partition: 65_535, offset: 2 ** 47 - 1, appendedAtMs: APPENDED_AT_MS };
  const bytes = Buffer.concat([good, message, good]);
  const start = good.length;
  const rejection = transcoder.add(bytes, at, columns, start, start + message.length);
  addGood(3);
  // Node's assertions: jest's cost more than all the rest, 50,000 times.
  if (rejection) {
    ok(withoutMessage.equals(Buffer.concat(columns.body())), 'part of a rejected message was kept');
    return { ...rejection, rows: [] };
  }
  const rows = readNative(columns.body());
  deepStrictEqual([rows.at(0), rows.at(-1)], neighbours);
  return { reason: undefined, rows: rows.slice(1, -1) };
}

/** Whether a message is read, and then exactly as avsc reads it; otherwise it is rejected. */
function isRead(damaged: Buffer): boolean {
  if (!isCurrentSchema(damaged)) return false;
  const { reason, rows } = transcode(damaged);
  if (reason === 'not-an-event') return false;
  const event = decode(damaged);
  deepStrictEqual(reason, reasonOf(event, APPENDED_AT_MS));
  deepStrictEqual(rows, reason === undefined ? [rowOf(event, 65_535, 2 ** 47 - 1, APPENDED_AT_MS)] : []);
  return true;
}

const int32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };
const text = fc.oneof(fc.string({ maxLength: 200 }), fc.string({ unit: 'binary', maxLength: 200 }));
const name = fc.oneof(
  { weight: 9, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }) },
  text,
);
const times = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.bigInt(BigInt(APPENDED_AT_MS - 3_024_000_000), BigInt(APPENDED_AT_MS + 300_000)),
  },
  fc.bigInt(0n, 2n ** 48n - 1n),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
);
const anyEvent: fc.Arbitrary<DecodedEvent> = fc
  .record({
    occurred_at: times,
    id: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    idKind: fc.oneof(
      { weight: 8, arbitrary: fc.constant('fits') },
      fc.constantFrom('other time', 'any bytes'),
    ),
    org_id: name,
    product: name,
    user_id: name,
    app_id: name,
    method: text,
    endpoint: fc.oneof({ weight: 9, arbitrary: text }, fc.string({ minLength: 2040, maxLength: 2060 })),
    module: text,
    status: fc.oneof(fc.constantFrom(200, 429, 500), fc.integer(int32)),
    credits: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: 1_000_001 }) }, fc.integer(int32)),
    rule: text,
    units: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
    rejection_cause: text,
    source_address: text,
    duration_ms: fc.option(fc.integer(int32)),
  })
  .map(({ id, idKind, ...event }): DecodedEvent => {
    const event_id = Buffer.from(id);
    if (idKind !== 'any bytes') {
      event_id.writeUInt8((event_id.readUInt8(6) & 0x0f) | 0x70, 6);
      event_id.writeUInt8((event_id.readUInt8(8) & 0x3f) | 0x80, 8);
    }
    if (idKind === 'fits') event_id.writeUIntBE(Number(BigInt.asUintN(48, event.occurred_at)), 0, 6);
    return Object.assign(event, { event_id });
  });

describe('an event of the current schema', () => {
  it('becomes the row that avsc reads, or is rejected as domain.md says', () => {
    const reasons = new Map<string, number>();
    fc.assert(
      fc.property(anyEvent, (event) => {
        const { reason, rows } = transcode(Buffer.concat([callEventHeader, encodeDecoded(event)]));
        const expected = reasonOf(event, APPENDED_AT_MS);
        reasons.set(expected ?? 'valid', (reasons.get(expected ?? 'valid') ?? 0) + 1);
        expect(reason).toBe(expected);
        deepStrictEqual(
          rows,
          expected === undefined ? [rowOf({ ...event }, 65_535, 2 ** 47 - 1, APPENDED_AT_MS)] : [],
        );
      }),
      { numRuns: 600 },
    );
    // The property would prove nothing if hardly any event were valid.
    expect(reasons.get('valid')).toBeGreaterThan(50);
    expect(reasons.size).toBeGreaterThan(7);
  });

  it('keeps thousands of rows in order while the columns grow', () => {
    const grown = new CallEventColumns(2_000);
    const events = Array.from({ length: 2_000 }, (_, index) =>
      eventOf({ endpoint: `/${'x'.repeat(index % 700)}`, user_id: `user-${index}` }, index),
    );
    events.forEach((event, offset) => {
      transcoder.add(encodeCallEvent(event), { partition: 2, offset, appendedAtMs: APPENDED_AT_MS }, grown);
    });
    const expected = events.map((event, offset) =>
      rowOf(decode(encodeCallEvent(event)), 2, offset, APPENDED_AT_MS),
    );
    expect(readNative(grown.body())).toEqual(expected);
  });
});

describe('a damaged message', () => {
  const message = encodeCallEvent(eventOf({ endpoint: '/ünï', units: -5_000_000_000, duration_ms: 70_000 }));

  it('is not an event when it is cut anywhere', () => {
    for (let size = 10; size < message.length; size += 1) {
      expect(transcode(message.subarray(0, size)).reason).toBe('not-an-event');
    }
  });

  it('is not an event when anything follows it', () => {
    for (let byte = 0; byte < 256; byte += 1) {
      expect(transcode(Buffer.concat([message, Buffer.from([byte])])).reason).toBe('not-an-event');
    }
  });

  it('is rejected or read as avsc reads it, whatever one byte becomes', () => {
    let read = 0;
    for (let at = 10; at < message.length; at += 1) {
      const byte = message.readUInt8(at);
      const flipped = Array.from({ length: 8 }, (_, bit) => byte ^ (1 << bit));
      for (const other of [...flipped, byte + 1, byte - 1, 0x00, 0x02, 0x7f, 0x80, 0xff]) {
        const damaged = Buffer.from(message);
        damaged[at] = other;
        if (isRead(damaged)) read += 1;
      }
    }
    expect(read).toBeGreaterThan(200);
  });

  it('is rejected or read as avsc reads it, when a byte is lost or doubled, or two are swapped', () => {
    let read = 0;
    for (let at = 10; at < message.length - 1; at += 1) {
      const [before, byte, rest] = [
        message.subarray(0, at),
        message.subarray(at, at + 1),
        message.subarray(at + 1),
      ];
      for (const damaged of [
        [before, rest],
        [before, byte, byte, rest],
        [before, rest.subarray(0, 1), byte, rest.subarray(1)],
      ]) {
        if (isRead(Buffer.concat(damaged))) read += 1;
      }
    }
    expect(read).toBeGreaterThan(50);
  });
});

describe('a number written too long', () => {
  const event = eventOf({
    status: 200,
    units: 0,
    duration_ms: null,
    rejection_cause: '',
    source_address: '',
  });
  const message = encodeCallEvent(event);
  // The end of the message: units 00, rejection_cause 00, source_address 00, duration_ms's branch 00.
  const withUnits = (...bytes: number[]) =>
    Buffer.concat([message.subarray(0, -4), Buffer.from([...bytes, 0, 0, 0])]);
  const withBranch = (...bytes: number[]) => Buffer.concat([message.subarray(0, -1), Buffer.from(bytes)]);

  it('is valid while it has at most ten bytes and 64 bits', () => {
    const full = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    expect(transcode(withUnits(...full)).rows[0]?.['units']).toBe(-(2n ** 63n));
    expect(transcode(withUnits(0xfe, ...full.slice(1))).rows[0]?.['units']).toBe(2n ** 63n - 1n);
    // 65 bits, and eleven bytes.
    expect(transcode(withUnits(...full.slice(0, 9), 0x03)).reason).toBe('not-an-event');
    expect(transcode(withUnits(...full.slice(0, 9), 0x81, 0x00)).reason).toBe('not-an-event');
  });

  it('is valid while it has at most five bytes and 32 bits', () => {
    const full = [0x02, 0xff, 0xff, 0xff, 0xff, 0x0f];
    expect(transcode(withBranch(...full)).rows[0]?.['duration_ms']).toBe(-(2 ** 31));
    expect(transcode(withBranch(...full.slice(0, 5), 0x1f)).reason).toBe('not-an-event');
    expect(transcode(withBranch(...full.slice(0, 5), 0x8f, 0x00)).reason).toBe('not-an-event');
  });

  it('is not an event when it names a branch that the union does not have', () => {
    for (const branch of [0x01, 0x03, 0x04, 0x05]) {
      expect(transcode(withBranch(branch, 0x00)).reason).toBe('not-an-event');
    }
  });
});

describe('the detail of a message that is not an event', () => {
  const message = encodeCallEvent(eventOf());
  const orgIdAt = message.indexOf('net-83') - 1;
  const withLength = (byte: number) => Buffer.from(message).fill(byte, orgIdAt, orgIdAt + 1);

  it('names the field and what is wrong with it', () => {
    expect(transcode(message.subarray(0, 20)).detail).toBe('event_id is cut off at byte 10');
    expect(transcode(message.subarray(0, orgIdAt)).detail).toBe(`org_id is cut off at byte ${orgIdAt}`);
    expect(transcode(withLength(0x0b)).detail).toBe(`org_id has a negative length at byte ${orgIdAt + 1}`);
    expect(transcode(withLength(0x01)).detail).toBe(`org_id has a negative length at byte ${orgIdAt + 1}`);
    expect(transcode(Buffer.concat([message, message])).detail).toBe(
      `the event ends ${message.length} bytes before the message does at byte ${message.length}`,
    );
    const notUtf8 = Buffer.from(message).fill(0xff, orgIdAt + 1, orgIdAt + 2);
    expect(transcode(notUtf8).detail).toBe(`org_id is not UTF-8 at byte ${orgIdAt + 1}`);
  });
});
