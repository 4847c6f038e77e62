import { BufferFullError, PublisherClosedError, UndeliveredError } from '../../producers/errors.ts';
import type { Publisher } from '../../producers/publisher-contract.ts';
import { createPublisher, type PublisherOptions } from '../../producers/publisher.ts';
import { call, countingBytes, NOW_MS, publishUsers, users } from './sample-event.ts';
import { gate, ScriptedTransport } from './scripted-transport.ts';

let transport: ScriptedTransport;
beforeEach(() => (transport = new ScriptedTransport()));

function publisherWith(options: Partial<PublisherOptions> = {}): Publisher {
  return createPublisher({ transport, now: () => NOW_MS, random: countingBytes(), ...options });
}

describe('the bound', () => {
  it('rejects the event beyond the records with a typed error, and drops no event that it took', async () => {
    const held = gate();
    transport.onSend = () => held.passed;
    const publisher = publisherWith({ maxBufferedRecords: 5 });
    const { reports } = publishUsers(publisher, 5);
    await expect(publisher.publish(call())).rejects.toBeInstanceOf(BufferFullError);
    held.open();
    await Promise.all(reports);
    expect(users(transport.taken)).toEqual(['u0', 'u1', 'u2', 'u3', 'u4']);
    expect(publisher.counters()).toMatchObject({ accepted: 5, published: 5, rejected: 1 });
  });

  it('rejects the event beyond the bytes', async () => {
    const held = gate();
    transport.onSend = () => held.passed;
    const publisher = publisherWith({ maxEventBytes: 500, maxBufferedBytes: 500 });
    publishUsers(publisher, 20);
    const one = publisher.counters().buffered_bytes / publisher.counters().buffered;
    const room = Math.floor(500 / one);
    expect(room).toBeGreaterThan(1);
    expect(publisher.counters()).toMatchObject({ buffered: room, rejected: 20 - room });
    held.open();
    await publisher.flush();
    expect(publisher.counters().buffered_bytes).toBe(0);
  });

  it('a loop that awaits ready() is never rejected, and never holds more than the bound', async () => {
    transport.onSend = () => new Promise((resolve) => setImmediate(resolve));
    const publisher = publisherWith({ maxBufferedRecords: 10, maxBatchRecords: 4, lingerMs: 0 });
    let most = 0;
    for (let user = 0; user < 100; user += 1) {
      await publisher.ready();
      publishUsers(publisher, 1, user);
      most = Math.max(most, publisher.counters().buffered);
    }
    await publisher.flush();
    expect(publisher.counters()).toMatchObject({ published: 100, rejected: 0 });
    expect(most).toBe(10);
  });

  it('ready() waits while there is no room', async () => {
    const held = gate();
    transport.onSend = () => held.passed;
    const publisher = publisherWith({ maxBufferedRecords: 1 });
    publishUsers(publisher, 1);
    let ready = false;
    const waiting = publisher.ready().then(() => (ready = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(ready).toBe(false);
    held.open();
    await waiting;
    expect(publisher.counters().buffered).toBe(0);
  });

  it('contradicting bounds are rejected at once', () => {
    expect(() => publisherWith({ maxBufferedBytes: 10 })).toThrow(RangeError);
    expect(() => publisherWith({ maxBufferedRecords: 0 })).toThrow(RangeError);
  });
});

describe('close', () => {
  it('delivers what is buffered, disconnects, and takes nothing more', async () => {
    const publisher = publisherWith({ lingerMs: 10_000 });
    const { reports } = publishUsers(publisher, 3);
    await publisher.close();
    await Promise.all(reports);
    expect(transport.closed).toBe(true);
    await expect(publisher.publish(call())).rejects.toBeInstanceOf(PublisherClosedError);
    await expect(publisher.ready()).rejects.toBeInstanceOf(PublisherClosedError);
  });

  it('reports after its deadline how many events were not delivered, and fails each of them', async () => {
    const never = gate();
    transport.onSend = (_, attempt) => (attempt === 1 ? undefined : never.passed);
    const publisher = publisherWith({ maxBatchRecords: 2 });
    const { reports } = publishUsers(publisher, 7);
    const waiting = publisher.flush();
    await expect(publisher.close(20)).rejects.toMatchObject({ code: 'UNDELIVERED', count: 5 });
    const settled = await Promise.allSettled(reports);
    expect(settled.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      ...Array.from({ length: 5 }, () => 'rejected'),
    ]);
    await expect(reports[6]).rejects.toBeInstanceOf(UndeliveredError);
    await waiting;
    expect(publisher.counters()).toMatchObject({
      accepted: 7,
      published: 2,
      failed: 5,
      buffered: 0,
      buffered_bytes: 0,
    });
  });

  it('gives up on a log that keeps failing, and stops retrying', async () => {
    transport.onSend = () => {
      throw new Error('the broker is away');
    };
    const publisher = publisherWith();
    publishUsers(publisher, 1);
    await expect(publisher.close(10)).rejects.toBeInstanceOf(UndeliveredError);
    const attempts = transport.attempts.length;
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(transport.attempts).toHaveLength(attempts);
  });

  it('ends the waiting for room', async () => {
    transport.onSend = () => gate().passed;
    const publisher = publisherWith({ maxBufferedRecords: 1 });
    publishUsers(publisher, 1);
    const waiting = publisher.ready();
    publisher.close(1).catch(() => undefined);
    await expect(waiting).rejects.toBeInstanceOf(PublisherClosedError);
  });
});
