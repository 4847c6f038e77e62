import { Type } from 'typebox';
import { encodeCallEvent, type CallEvent } from '../../schemas/call-event.ts';
import { killConsumers, startConsumer, type ConsumerProcess } from './consumer-process.ts';
import { eventOf } from './event.ts';
import { openLandingStack, PARTITIONS, type LandingStack } from './landing-stack.ts';
import { until } from '../until.ts';

const EVENTS = 15_000;
const START_MS = Date.now();

/** Events of the last three days, so that a batch has several partitions of the table. */
function eventAt(index: number, changes: Partial<CallEvent> = {}): CallEvent {
  const occurred_at = START_MS - (index % 997) * 260_000;
  return eventOf({ occurred_at, org_id: `org-${index % 7}`, credits: index % 50, ...changes }, index);
}

let stack: LandingStack;
let consumer: ConsumerProcess;
beforeAll(async () => {
  stack = await openLandingStack('landing');
  // Small insert batches, so that fetched batches are split and both insert batches are full at times.
  consumer = startConsumer({ ...stack.settings, BATCH_ROWS: '4000' });
});
afterAll(async () => {
  await killConsumers();
  await stack.close();
});

let credits = 0;

describe('published events', () => {
  it('all land, from every partition', async () => {
    for (let start = 0; start < EVENTS; start += 5_000) {
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        const events = Array.from({ length: 5_000 }, (_, step) => eventAt(start + step)).filter(
          (_, step) => step % PARTITIONS === partition,
        );
        await stack.publish(partition, events);
        credits += events.reduce((sum, event) => sum + event.credits, 0);
      }
    }
    await stack.untilLanded();
    expect(await stack.figures()).toEqual({ calls: EVENTS, credits, ids: EVENTS });
  });

  it('count once, however often they are published', async () => {
    await stack.publish(
      0,
      Array.from({ length: 5_000 }, (_, index) => eventAt(index)),
    );
    await stack.untilLanded();
    expect(await stack.figures()).toEqual({ calls: EVENTS, credits, ids: EVENTS });
  });

  it('are queryable well under a second later at low traffic', async () => {
    const latencies: number[] = [];
    for (let index = 0; index < 20; index += 1) {
      const event = eventOf({ occurred_at: Date.now(), credits: 0 }, `latency ${index}`);
      const started = performance.now();
      await stack.publish(index % PARTITIONS, [event]);
      const found = `SELECT count() AS calls FROM call_events WHERE event_id = '${event.event_id}'`;
      const Count = Type.Object({ calls: Type.Integer() });
      await until('the event is queryable', async () => (await stack.ask(Count, found))[0]?.calls === 1);
      latencies.push(performance.now() - started);
    }
    latencies.sort((one, other) => one - other);
    process.stdout.write(
      `publish to queryable: p50 ${latencies[10]?.toFixed(0)} ms, max ${latencies[19]?.toFixed(0)} ms\n`,
    );
    // Of the quickest one: where landing is slow, inserts are up to a second apart on purpose (write/insert-pace.ts).
    expect(latencies[0]).toBeLessThan(1_000);
  });
});

describe('a writer schema', () => {
  it('is read before the first event that needs it, so that no event waits for the reader to join its group', async () => {
    await stack.producer.send({
      topic: stack.topics.writerSchemas,
      messages: [{ key: '0123456789abcdef', value: 'not a schema' }],
    });
    await until('the consumer has read it', () => consumer.log().includes('read writer schemas'));
    expect(consumer.log()).toContain('read writer schemas');
  });
});

describe('two payloads under one id', () => {
  it('the one with the least (offset, partition) wins, whichever lands first or is repeated', async () => {
    const occurred_at = Date.now();
    const payload = (rule: string) =>
      eventOf({ occurred_at, rule, org_id: 'conflict', credits: 0 }, 'conflict');
    const ends = await stack.ends();
    // Fill the partitions to the same end, so that equal offsets occur in different partitions.
    const top = Math.max(...ends.values());
    for (const [partition, end] of ends) {
      if (top > end)
        await stack.publishBytes(
          partition,
          Array.from({ length: top - end }, () => encodeCallEvent(eventAt(0))),
        );
    }
    await stack.publish(2, [payload('offset 0, partition 2')]);
    await stack.publish(1, [payload('offset 0, partition 1')]);
    await stack.publish(0, [eventAt(0), payload('offset 1, partition 0')]);
    await stack.untilLanded();
    const Rule = Type.Object({ rule: Type.String() });
    const rules = await stack.ask(Rule, `SELECT rule FROM call_events FINAL WHERE org_id = 'conflict'`);
    expect(rules).toEqual([{ rule: 'offset 0, partition 1' }]);
  });
});

describe('progress', () => {
  const PartitionProgress = Type.Object({
    partition: Type.Integer(),
    next_offset: Type.Integer(),
    landed_until: Type.Integer(),
    observed_at: Type.Integer(),
  });
  const report = () =>
    stack.ask(
      PartitionProgress,
      `SELECT partition, next_offset, toUnixTimestamp64Milli(landed_until) AS landed_until,
         toUnixTimestamp64Milli(observed_at) AS observed_at
       FROM landing_progress FINAL WHERE topic = '${stack.topics.calls}' ORDER BY partition`,
    );

  /** The first instant after the call at which all partitions have caught up. */
  async function untilCaughtUp(): Promise<number> {
    const ends = await stack.ends();
    const since = Date.now();
    let watermark = 0;
    await until('the progress says that all partitions have caught up', async () => {
      const rows = await report();
      watermark = Math.min(...rows.map((row) => row.landed_until));
      return (
        rows.length === PARTITIONS &&
        rows.every(
          (row) =>
            // A transaction's end may be appended after its commit was answered, and so after `ends`.
            row.next_offset >= (ends.get(row.partition) ?? Infinity) &&
            row.landed_until === row.observed_at &&
            row.observed_at >= since,
        )
      );
    });
    return watermark;
  }

  it('is now if everything has landed, and advances while nothing happens', async () => {
    const first = await untilCaughtUp();
    expect(await untilCaughtUp()).toBeGreaterThan(first);
  });

  it('catches up behind a transaction, whose end is a record that is never delivered', async () => {
    const transactional = stack.kafka.producer({
      transactionalId: stack.topics.calls,
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition ?? 0,
    });
    await transactional.connect();
    const before = await stack.figures();
    for (const isKept of [true, false]) {
      const transaction = await transactional.transaction();
      const value = encodeCallEvent(
        eventOf({ occurred_at: Date.now(), credits: 5 }, `transaction ${isKept}`),
      );
      await transaction.send({
        topic: stack.topics.calls,
        messages: [{ partition: 2, key: 'net-83', value }],
      });
      await (isKept ? transaction.commit() : transaction.abort());
    }
    await transactional.disconnect();
    await untilCaughtUp();
    expect((await stack.figures())?.calls).toBe((before?.calls ?? 0) + 1);
  });
});

describe('an invalid record', () => {
  it('is covered by the landed ranges like any other', async () => {
    await stack.publishBytes(0, [Buffer.from('not an event'), null]);
    await stack.untilLanded();
    expect(await quarantined()).toEqual([{ records: 2 }]);
  });
});

describe('a stop', () => {
  it('lands and commits the taken records and exits with 0 at once', async () => {
    const { code, stopMs } = await consumer.stop();
    expect(code).toBe(0);
    // Not the 25 s after which it would give up.
    expect(stopMs).toBeLessThan(20_000);
    const ends = await stack.ends();
    const [group] = await stack.admin.fetchOffsets({
      groupId: `${stack.settings.TOPIC_PREFIX}landing`,
      topics: [stack.topics.calls],
    });
    const committed = new Map(group?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    // The last record of partition 2 is an aborted transaction's end: skipped, and committed with the next batch.
    expect([committed.get(0), committed.get(1)]).toEqual([ends.get(0), ends.get(1)]);
  });
});

const Quarantined = Type.Object({ records: Type.Integer() });
const quarantined = () => stack.ask(Quarantined, 'SELECT count() AS records FROM quarantined FINAL');

describe('a redelivery of everything to a fresh group', () => {
  it('changes no figure, and quarantines no record twice', async () => {
    const before = [await stack.figures(), await quarantined()];
    const Rows = Type.Object({ rows: Type.Integer() });
    const stored = async () =>
      (await stack.ask(Rows, 'SELECT sum(rows) AS rows FROM landed_ranges'))[0]?.rows ?? 0;
    const storedBefore = await stored();
    const again = startConsumer({ ...stack.settings, CONSUMER_GROUP: 'fresh', BATCH_ROWS: '7000' });
    await until('all rows came again', async () => (await stored()) >= 2 * storedBefore);
    expect([await stack.figures(), await quarantined()]).toEqual(before);
    expect((await again.stop()).code).toBe(0);
  });
});
