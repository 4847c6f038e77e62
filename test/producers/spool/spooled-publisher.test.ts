import type { Publisher } from '../../../producers/publisher-contract.ts';
import { call, publishUsers, users } from '../sample-event.ts';
import { gate, ScriptedTransport } from '../scripted-transport.ts';
import { away, endWithEvents, Place, until } from './spooled.ts';

let here: Place;
let kafka: ScriptedTransport;
beforeEach(() => {
  here = new Place();
  kafka = new ScriptedTransport();
});
afterEach(() => here.drop());

/** Publishes users through a publisher that cannot deliver, and ends it. @returns the ids */
async function leave(count: number, from = 0): Promise<string[]> {
  const publisher = here.publisher(away());
  const ids = await Promise.all(publishUsers(publisher, count, from).reports);
  expect(await endWithEvents(publisher)).toBeGreaterThanOrEqual(count);
  return ids;
}

describe('publishing with a spool', () => {
  it('resolves when the event is on the disk, while Kafka is away', async () => {
    const publisher = here.publisher(away());
    await publisher.publish(call());
    expect(publisher.counters()).toMatchObject({
      accepted: 1,
      published: 0,
      buffered: 1,
      spool: { events: 1, waiting: 0, set_aside: 0 },
    });
    expect(here.segments()).toEqual(['000000000000000.spool']);
  });

  it('resolves when Kafka has the event, if it is told to', async () => {
    const held = gate();
    kafka.onSend = () => held.passed;
    const publisher = here.publisher(kafka, { resolveWhen: 'acknowledged' });
    let id = '';
    const report = publisher.publish(call()).then((published) => (id = published));
    await until(() => kafka.inFlight === 1);
    expect([id, publisher.counters().spool?.events]).toEqual(['', 1]);
    held.open();
    await report;
    expect(kafka.taken.map(({ event_id }) => event_id)).toEqual([id]);
  });

  it('makes one group of what is published at once, and deletes what is delivered', async () => {
    const publisher = here.publisher(kafka);
    await Promise.all(publishUsers(publisher, 500).reports);
    await publisher.flush();
    expect(kafka.attempts).toHaveLength(1);
    expect(publisher.counters()).toMatchObject({ accepted: 500, published: 500, buffered: 0 });
    await publisher.close();
    expect(here.segments()).toEqual([]);
  });

  it('flush waits until Kafka has what was published before it', async () => {
    const publisher = here.publisher(kafka);
    const { reports } = publishUsers(publisher, 10);
    await publisher.flush();
    expect(kafka.taken).toHaveLength(10);
    await Promise.all(reports);
  });
});

describe('the next publisher', () => {
  it('delivers what the one before it left, under the same ids, in order and before its own', async () => {
    const ids = await leave(20);
    const more = await leave(20, 20);
    const publisher = here.publisher(kafka);
    const { reports } = publishUsers(publisher, 20, 40);
    const own = await Promise.all(reports);
    await publisher.flush();
    expect(users(kafka.taken)).toEqual(Array.from({ length: 60 }, (_, user) => `u${user}`));
    expect(kafka.taken.map(({ event_id }) => event_id)).toEqual([...ids, ...more, ...own]);
    expect(publisher.counters()).toMatchObject({ accepted: 60, published: 60, buffered: 0 });
  });

  it('delivers it without an event of its own', async () => {
    await leave(5);
    here.publisher(kafka);
    await until(() => kafka.taken.length === 5);
    expect(here.logged).toContainEqual(
      expect.objectContaining({ level: 'warn', details: expect.objectContaining({ events: 5 }) }),
    );
  });

  it('knows how many there are before it has read them', async () => {
    await leave(5);
    await leave(7, 5);
    const publisher = here.publisher(away());
    await publisher.ready();
    expect(publisher.counters()).toMatchObject({ accepted: 12, buffered: 12, spool: { events: 12 } });
  });

  it('cannot use the directory while the one before it runs, and takes it over without a restart', async () => {
    const first = here.publisher(away());
    await first.publish(call({ user_id: 'first' }));
    const second = here.publisher(kafka);
    await expect(second.publish(call())).rejects.toMatchObject({ code: 'SPOOL_IN_USE' });
    await expect(second.ready()).rejects.toMatchObject({ code: 'SPOOL_IN_USE' });
    expect(second.counters()).toMatchObject({ accepted: 0, rejected: 1 });
    await endWithEvents(first);
    await until(() => kafka.taken.length === 1);
    await second.publish(call({ user_id: 'second' }));
    await second.flush();
    expect(users(kafka.taken)).toEqual(['first', 'second']);
  });
});

describe('close', () => {
  it('says how many events stay on the disk', async () => {
    const publisher = here.publisher(away());
    await Promise.all(publishUsers(publisher, 7).reports);
    await expect(publisher.close(10)).rejects.toMatchObject({
      code: 'UNDELIVERED',
      count: 7,
      isSpooled: true,
    });
    await expect(publisher.publish(call())).rejects.toMatchObject({ code: 'PUBLISHER_CLOSED' });
    await expect(publisher.ready()).rejects.toMatchObject({ code: 'PUBLISHER_CLOSED' });
  });

  it('fails the calls that wait for Kafka, whose events stay on the disk too', async () => {
    const publisher = here.publisher(away(), { resolveWhen: 'acknowledged' });
    const { reports } = publishUsers(publisher, 3);
    await until(() => publisher.counters().buffered === 3);
    await expect(publisher.close(10)).rejects.toMatchObject({ count: 3 });
    await expect(reports[2]).rejects.toMatchObject({ code: 'UNDELIVERED', isSpooled: true });
    here.publisher(kafka);
    await until(() => kafka.taken.length === 3);
  });

  it('writes what was published just before it', async () => {
    const publisher = here.publisher(away(), { fsyncEveryMs: 50 });
    const { reports } = publishUsers(publisher, 3);
    expect(await endWithEvents(publisher)).toBe(3);
    await Promise.all(reports);
  });
});

describe('memory', () => {
  it('holds a window of a spool that is larger, and every event arrives once and in order', async () => {
    const held = gate();
    kafka.onSend = () => held.passed;
    const publisher: Publisher = here.publisher(kafka, { maxBytes: 64 * 1024 * 1024 });
    const events = 9_000;
    for (let user = 0; user < events; user += 1_000) {
      const padded = Array.from({ length: 1_000 }, (_, index) =>
        publisher.publish(call({ user_id: `u${user + index}`, endpoint: 'x'.repeat(2_000) })),
      );
      await Promise.all(padded);
    }
    expect(publisher.counters().spool?.bytes).toBeGreaterThan(18_000_000);
    expect(publisher.counters().buffered_bytes).toBeLessThan(6_000_000);
    held.open();
    await publisher.flush();
    expect(users(kafka.taken)).toEqual(Array.from({ length: events }, (_, user) => `u${user}`));
    expect(publisher.counters()).toMatchObject({ published: events, buffered: 0, buffered_bytes: 0 });
    expect(here.segments().length).toBeLessThanOrEqual(1);
  });
});
