import { eventIdMs, parseEventId } from '../../schemas/event-id.ts';
import { completeEvent } from '../../schemas/call-event-input.ts';
import { pooled } from '../../platform/random-pool.ts';
import { call, countingBytes, NOW_MS } from './sample-event.ts';

describe('an event that leaves fields out', () => {
  const event = completeEvent(call(), NOW_MS, countingBytes());

  it('occurred now', () => {
    expect(event.occurred_at).toBe(NOW_MS);
  });

  it('gets the documented defaults', () => {
    expect(event).toMatchObject({
      module: '',
      rule: '',
      units: 0,
      rejection_cause: '',
      source_address: '',
      duration_ms: null,
    });
  });

  it('gets a UUIDv7 of its time', () => {
    const given = completeEvent(call({ occurred_at: NOW_MS - 5 }), NOW_MS, countingBytes());
    const id = parseEventId(given.event_id);
    expect(id && eventIdMs(id)).toBe(NOW_MS - 5);
  });

  it('gets an id made of the random bytes that were passed in', () => {
    expect(event.event_id.slice(13)).toBe('-7001-8203-040506070809');
  });
});

it('an event that has every field keeps all of them', () => {
  const given = {
    ...call(),
    event_id: '0199f3a0-0000-7000-8000-000000000001',
    occurred_at: 0x0199f3a00000,
    module: 'leads',
    rule: 'insert',
    units: 20,
    rejection_cause: 'credits',
    source_address: '10.0.0.1',
    duration_ms: 12,
  };
  expect(completeEvent(given, NOW_MS, countingBytes())).toEqual(given);
});

describe('the pool of random bytes', () => {
  it('hands out every byte once, in order, over refills', () => {
    let drawn = 0;
    const random = pooled((bytes) => {
      const start = drawn;
      drawn += bytes;
      return Uint8Array.from({ length: bytes }, (_, index) => (start + index) % 256);
    });
    const ids = Array.from({ length: 2_000 }, () => Buffer.from(random(16)));
    const starts = ids.map((id) => id[0]);
    expect(ids.every((id) => id.every((byte, index) => byte === ((id[0] ?? 0) + index) % 256))).toBe(true);
    expect(starts.slice(0, 3)).toEqual([0, 16, 32]);
    expect(drawn).toBe(4 * 8_192);
  });
});
