import { Delivery, type DeliveryOptions } from '../../../producers/middleware/delivery.ts';
import { LimitedLog } from '../../../producers/middleware/limited-log.ts';
import type { CallEventInput } from '../../../schemas/call-event-fields.ts';
import { until } from '../../until.ts';
import { call } from '../sample-event.ts';
import { RecordingPublisher } from './recording-publisher.ts';

let codes: string[];
let lost: CallEventInput[];
let settled: number;
beforeEach(() => {
  codes = [];
  lost = [];
  settled = 0;
});

const keepCode = (details: { readonly code?: string }): void => void codes.push(details.code ?? '');
const fails = (): void => {
  throw new Error('the disk is full');
};

function deliveryTo(publisher: RecordingPublisher, changes: Partial<DeliveryOptions> = {}): Delivery {
  return new Delivery({
    publisher,
    maxWaiting: 5,
    log: new LimitedLog({ error: keepCode }, () => 0),
    onLost: (event) => void lost.push(event),
    onSettled: () => (settled += 1),
    ...changes,
  });
}

function deliver(delivery: Delivery, count: number): void {
  for (let user = 0; user < count; user += 1) delivery.deliver(call({ user_id: `u${user}` }));
}

const figures = ({ metered, published, pending, waiting, failed }: Delivery): object => ({
  metered,
  published,
  pending,
  waiting,
  failed,
});

describe('a full publisher', () => {
  it('gets the events that waited when it has room again, each once', async () => {
    const publisher = new RecordingPublisher(2);
    const delivery = deliveryTo(publisher);
    deliver(delivery, 6);
    await until('four wait', () => delivery.waiting === 4);
    expect(figures(delivery)).toEqual({ metered: 6, published: 2, pending: 0, waiting: 4, failed: 0 });
    publisher.makeRoom(1);
    await until('three wait', () => delivery.waiting === 3);
    publisher.makeRoom(100);
    await until('all are published', () => settled === 6);
    expect(figures(delivery)).toEqual({ metered: 6, published: 6, pending: 0, waiting: 0, failed: 0 });
    expect(new Set(publisher.events.map(({ user_id }) => user_id)).size).toBe(6);
    expect(lost).toEqual([]);
  });

  it('takes what comes later without a wait, once nothing waits any more', async () => {
    const publisher = new RecordingPublisher(0);
    const delivery = deliveryTo(publisher);
    deliver(delivery, 1);
    await until('it waits', () => delivery.waiting === 1);
    publisher.makeRoom(100);
    await until('it is published', () => settled === 1);
    deliver(delivery, 3);
    await until('all are published', () => settled === 4);
    expect(publisher.events).toHaveLength(4);
  });

  it('loses events beyond the limit: each is counted, given to onLost and logged', async () => {
    const publisher = new RecordingPublisher(0);
    const delivery = deliveryTo(publisher);
    deliver(delivery, 8);
    await until('three are lost', () => delivery.failed === 3);
    expect(figures(delivery)).toEqual({ metered: 8, published: 0, pending: 0, waiting: 5, failed: 3 });
    expect(lost.map(({ user_id }) => user_id)).toEqual(['u5', 'u6', 'u7']);
    expect(codes).toEqual(['EVENT_LOST']);
  });

  it('that reports room and then has none is tried again after a pause, without holding up the process', async () => {
    const publisher = new RecordingPublisher(0);
    publisher.ready = () => Promise.resolve();
    const delivery = deliveryTo(publisher);
    deliver(delivery, 2);
    await until('both wait', () => delivery.waiting === 2);
    publisher.makeRoom(2);
    await until('both are published', () => settled === 2);
    expect(delivery.failed).toBe(0);
  });

  it('may be full in memory or on disk', async () => {
    const publisher = new RecordingPublisher();
    publisher.error = Object.assign(new Error('the spool is full'), { code: 'SPOOL_FULL' });
    const delivery = deliveryTo(publisher);
    deliver(delivery, 1);
    await until('it waits', () => delivery.waiting === 1);
    publisher.error = undefined;
    await until('it is published', () => settled === 1);
    expect(figures(delivery)).toMatchObject({ published: 1, failed: 0 });
  });

  it('that is closed loses what waits', async () => {
    const publisher = new RecordingPublisher(0);
    const delivery = deliveryTo(publisher);
    deliver(delivery, 2);
    await until('both wait', () => delivery.waiting === 2);
    await publisher.close();
    await until('both are lost', () => delivery.failed === 2);
    expect(lost).toHaveLength(2);
  });

  it('is not waited for after close()', async () => {
    const delivery = deliveryTo(new RecordingPublisher(0));
    deliver(delivery, 2);
    await until('both wait', () => delivery.waiting === 2);
    delivery.close();
    deliver(delivery, 1);
    await until('all are lost', () => settled === 3);
    expect(figures(delivery)).toEqual({ metered: 3, published: 0, pending: 0, waiting: 0, failed: 3 });
  });
});

describe('a publisher that rejects an event', () => {
  it('makes it lost, with the reason', async () => {
    const publisher = new RecordingPublisher();
    publisher.error = new Error('the event is invalid');
    const reasons: string[] = [];
    const delivery = deliveryTo(publisher, { onLost: (_, error) => void reasons.push(error.message) });
    deliver(delivery, 1);
    await until('it is lost', () => settled === 1);
    expect(reasons).toEqual(['the event is invalid']);
  });

  it('and an onLost that throws are both logged', async () => {
    const publisher = new RecordingPublisher();
    publisher.error = new Error('the event is invalid');
    const delivery = deliveryTo(publisher, { onLost: fails });
    deliver(delivery, 1);
    await until('it is lost', () => settled === 1);
    expect(codes).toEqual(['EVENT_LOST', 'ON_LOST_FAILED']);
  });
});

describe('the log of problems', () => {
  it('has one line in ten seconds for each kind, with how many were left out', () => {
    let now = 0;
    const lines: object[] = [];
    const log = new LimitedLog({ error: (details) => void lines.push(details) }, () => now);
    for (const at of [0, 1, 9_999, 10_000]) {
      now = at;
      log.error('COST_FAILED', { at }, 'text');
      if (at === 1) log.error('CALLER_FAILED', { at }, 'text');
    }
    expect(lines).toEqual([
      { code: 'COST_FAILED', at: 0, unlogged: 0 },
      { code: 'CALLER_FAILED', at: 1, unlogged: 0 },
      { code: 'COST_FAILED', at: 10_000, unlogged: 2 },
    ]);
  });

  it('does not pass on what a broken logger throws', () => {
    expect(() => new LimitedLog({ error: fails }, () => 0).error('COST_FAILED', {}, 'text')).not.toThrow();
  });
});
