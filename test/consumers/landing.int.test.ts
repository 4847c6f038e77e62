import avro from 'avsc';
import type { KafkaMessage } from 'kafkajs';
import { Type } from 'typebox';
import { fingerprint, singleObjectHeader } from '../../schemas/avro.ts';
import { callEventSchemaJson, encodeCallEvent, type CallEvent } from '../../schemas/call-event.ts';
import { mintEventId } from '../../schemas/event-id.ts';
import { killConsumers, startConsumer, type ConsumerProcess } from './consumer-process.ts';
import { eventOf } from './event.ts';
import { openLandingStack, PARTITIONS, until, type LandingStack } from './landing-stack.ts';

const EVENTS = 30_000;
const START_MS = Date.now();

/** Events of the last three days, so that a block has several partitions of the table. */
function eventAt(index: number, changes: Partial<CallEvent> = {}): CallEvent {
  const occurred_at = START_MS - (index % 997) * 260_000;
  return eventOf({ occurred_at, org_id: `org-${index % 7}`, credits: index % 50, ...changes }, index);
}

let stack: LandingStack;
let consumer: ConsumerProcess;
beforeAll(async () => {
  stack = await openLandingStack('landing');
  // Small blocks, so that batches are cut and both blocks are full at times.
  consumer = startConsumer({ ...stack.settings, BLOCK_ROWS: '4000' });
}, 60_000);
afterAll(async () => {
  await killConsumers();
  await stack.close();
}, 60_000);

const Figures = Type.Object({ calls: Type.Integer(), credits: Type.Integer(), ids: Type.Integer() });
const figures = async () =>
  (
    await stack.ask(
      Figures,
      'SELECT count() AS calls, sum(credits) AS credits, uniqExact(event_id) AS ids FROM call_events FINAL',
    )
  )[0];
const Quarantined = Type.Object({
  partition: Type.Integer(),
  offset: Type.Integer(),
  reason: Type.String(),
  org_id: Type.String(),
  size_bytes: Type.Integer(),
});
const quarantined = () =>
  stack.ask(
    Quarantined,
    'SELECT partition, offset, reason, org_id, size_bytes FROM quarantined FINAL ORDER BY partition, offset',
  );
const Covered = Type.Object({ partition: Type.Integer(), last: Type.Integer(), records: Type.Integer() });

async function publishedEnds(): Promise<Map<number, number>> {
  const offsets = await stack.admin.fetchTopicOffsets(stack.topics.calls);
  return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
}

/** Until the ranges of the call topic reach its end. */
async function untilLanded(): Promise<void> {
  const ends = await publishedEnds();
  await until('everything published has landed', async () => {
    const covered = await stack.ask(
      Covered,
      `SELECT partition, max(last_offset) AS last, sum(rows + quarantined) AS records
       FROM landed_ranges WHERE topic = '${stack.topics.calls}' GROUP BY partition`,
    );
    const last = new Map(covered.map((row) => [row.partition, row.last]));
    return [...ends].every(([partition, end]) => end === 0 || last.get(partition) === end - 1);
  });
}

async function deadLetters(expected: number): Promise<KafkaMessage[]> {
  const reader = stack.kafka.consumer({ groupId: `dead-${Math.random()}` });
  const messages: KafkaMessage[] = [];
  await reader.connect();
  await reader.subscribe({ topic: stack.topics.dead, fromBeginning: true });
  await reader.run({ eachMessage: ({ message }) => Promise.resolve(void messages.push(message)) });
  await until('the dead letters are there', () => Promise.resolve(messages.length >= expected));
  await reader.disconnect();
  return messages;
}

let credits = 0;

describe('what was published', () => {
  it('is what has landed, over all partitions', async () => {
    for (let start = 0; start < EVENTS; start += 5_000) {
      for (let partition = 0; partition < PARTITIONS; partition += 1) {
        const events = Array.from({ length: 5_000 }, (_, step) => eventAt(start + step)).filter(
          (_, step) => step % PARTITIONS === partition,
        );
        await stack.publish(partition, events);
        credits += events.reduce((sum, event) => sum + event.credits, 0);
      }
    }
    await untilLanded();
    expect(await figures()).toEqual({ calls: EVENTS, credits, ids: EVENTS });
  }, 60_000);

  it('counts once, however often it is published', async () => {
    await stack.publish(
      0,
      Array.from({ length: 5_000 }, (_, index) => eventAt(index)),
    );
    await untilLanded();
    expect(await figures()).toEqual({ calls: EVENTS, credits, ids: EVENTS });
  }, 60_000);

  it('is queryable well under a second later, while little happens', async () => {
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
    expect(latencies[10]).toBeLessThan(1_000);
  }, 60_000);
});

describe('two payloads under one id', () => {
  it('the one with the least (offset, partition) wins, whichever lands first or is repeated', async () => {
    const occurred_at = Date.now();
    const payload = (rule: string) =>
      eventOf({ occurred_at, rule, org_id: 'conflict', credits: 0 }, 'conflict');
    const ends = await publishedEnds();
    // Level the partitions, so that equal offsets are met in different partitions.
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
    await untilLanded();
    const Rule = Type.Object({ rule: Type.String() });
    const rules = await stack.ask(Rule, `SELECT rule FROM call_events FINAL WHERE org_id = 'conflict'`);
    expect(rules).toEqual([{ rule: 'offset 0, partition 1' }]);
  }, 60_000);
});

describe('what may not count', () => {
  const bad: [reason: string, orgId: string, value: Buffer | null][] = [
    ['not-an-event', 'net-83', null],
    ['not-an-event', 'net-83', Buffer.alloc(0)],
    ['not-an-event', 'net-83', Buffer.from('{"json":true}')],
    ['not-an-event', 'org-0', encodeCallEvent(eventAt(0)).subarray(0, -1)],
    ['unknown-schema', 'net-83', Buffer.from('c3010011223344556677', 'hex')],
    ['org-id', '', encodeCallEvent(eventAt(0, { org_id: '' }))],
    [
      'too-late',
      'org-0',
      encodeCallEvent(eventOf({ occurred_at: START_MS - 36 * 86_400_000, org_id: 'org-0' })),
    ],
    ['future-dated', 'org-0', encodeCallEvent(eventOf({ occurred_at: START_MS + 600_000, org_id: 'org-0' }))],
    ['not-an-event', 'net-83', Buffer.alloc(950_000, 0xc3)],
  ];
  let first = 0;

  it('is kept and visible with its reason, between events that count', async () => {
    const before = await figures();
    first = await stack.publishBytes(1, [
      encodeCallEvent(eventAt(0)),
      ...bad.slice(0, -1).map(([, , value]) => value),
    ]);
    await stack.publishBytes(1, [bad.at(-1)?.[2] ?? null]);
    await untilLanded();
    expect(await figures()).toEqual(before);
    expect(await quarantined()).toEqual(
      bad.map(([reason, org_id, value], index) => ({
        partition: 1,
        offset: first + 1 + index,
        reason,
        org_id: org_id || 'net-83',
        size_bytes: value?.length ?? 0,
      })),
    );
  }, 60_000);

  it('is in the dead-letter topic with its bytes, its key and its coordinates', async () => {
    const letters = await deadLetters(bad.length);
    const seen = letters.map(({ key, value, headers }) => [
      headers?.['reason']?.toString(),
      headers?.['topic']?.toString(),
      headers?.['partition']?.toString(),
      headers?.['offset']?.toString(),
      key?.toString(),
      value?.toString('hex').slice(0, 2_000),
    ]);
    expect(seen).toEqual(
      bad.map(([reason, , value], index) => [
        reason,
        stack.topics.calls,
        '1',
        String(first + 1 + index),
        'net-83',
        // A send is one record batch, and the broker takes a megabyte: what is longer is cut, and says so.
        value?.toString('hex').slice(0, 2_000),
      ]),
    );
    expect(letters.every(({ headers }) => headers?.['detail'] !== undefined)).toBe(true);
    expect(letters.at(-1)?.headers?.['cut_from_bytes']?.toString()).toBe('950000');
  }, 60_000);
});

describe('an event of another writer’s schema', () => {
  const fields: { name: string }[] = JSON.parse(callEventSchemaJson).fields;
  const json = JSON.stringify({
    type: 'record',
    name: 'CallEvent',
    namespace: 'io.apicredits',
    fields: [...fields, { name: 'region', type: 'string' }],
  });
  const schema: avro.Schema = JSON.parse(json);
  const type = avro.Type.forSchema(schema);

  it('counts when its schema was published before it', async () => {
    const key = fingerprint(type).toString('hex');
    const messages = [
      { key, value: json },
      { key: 'feedfacefeedface', value: '{broken' },
    ];
    await stack.producer.send({ topic: stack.topics.writerSchemas, acks: -1, messages });
    const occurred_at = Date.now();
    const event_id = Buffer.from(mintEventId(occurred_at, Buffer.alloc(10, 7)).replaceAll('-', ''), 'hex');
    const event = { ...eventOf({ occurred_at, org_id: 'foreign' }), event_id, region: 'eu' };
    await stack.publishBytes(0, [Buffer.concat([singleObjectHeader(type), type.toBuffer(event)])]);
    await stack.publishBytes(0, [Buffer.from('c301feedfacefeedface00', 'hex')]);
    await untilLanded();
    const Count = Type.Object({ calls: Type.Integer() });
    const landed = await stack.ask(
      Count,
      `SELECT count() AS calls FROM call_events FINAL WHERE org_id = 'foreign'`,
    );
    expect(landed).toEqual([{ calls: 1 }]);
    expect((await quarantined()).filter(({ partition }) => partition === 0)).toMatchObject([
      { reason: 'incompatible-schema' },
    ]);
  }, 60_000);
});

describe('progress', () => {
  const Standing = Type.Object({
    partition: Type.Integer(),
    next_offset: Type.Integer(),
    landed_until: Type.Integer(),
    observed_at: Type.Integer(),
  });
  const standings = () =>
    stack.ask(
      Standing,
      `SELECT partition, next_offset, toUnixTimestamp64Milli(landed_until) AS landed_until,
         toUnixTimestamp64Milli(observed_at) AS observed_at
       FROM landing_progress FINAL WHERE topic = '${stack.topics.calls}' ORDER BY partition`,
    );

  async function untilLevel(): Promise<void> {
    const ends = await publishedEnds();
    const since = Date.now();
    await until('progress says that all partitions are level', async () => {
      const rows = await standings();
      return (
        rows.length === PARTITIONS &&
        rows.every(
          (row) =>
            row.next_offset === ends.get(row.partition) &&
            row.landed_until === row.observed_at &&
            row.observed_at >= since,
        )
      );
    });
  }

  it('is now where everything has landed, and goes on while nothing happens', async () => {
    await untilLevel();
    await untilLevel();
  }, 60_000);

  it('is level behind a transaction, whose end is a record that nobody is given', async () => {
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
    const before = await figures();
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
    await untilLevel();
    expect((await figures())?.calls).toBe((before?.calls ?? 0) + 1);
  }, 60_000);
});

describe('a stop', () => {
  it('lands and commits what was taken and ends with 0, at once', async () => {
    const { code, stopMs } = await consumer.stop();
    expect(code).toBe(0);
    expect(stopMs).toBeLessThan(5_000);
    const ends = await publishedEnds();
    const [group] = await stack.admin.fetchOffsets({ groupId: 'landing', topics: [stack.topics.calls] });
    const committed = new Map(group?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    // The last record of partition 2 is an aborted transaction's end: passed over, and committed with the next batch.
    expect([committed.get(0), committed.get(1)]).toEqual([ends.get(0), ends.get(1)]);
  }, 60_000);
});

describe('a redelivery of everything to a fresh group', () => {
  it('changes no figure, and quarantines nothing twice', async () => {
    const before = [await figures(), await quarantined()];
    const Rows = Type.Object({ rows: Type.Integer() });
    const stored = async () =>
      (await stack.ask(Rows, 'SELECT sum(rows) AS rows FROM landed_ranges'))[0]?.rows ?? 0;
    const storedBefore = await stored();
    const again = startConsumer({ ...stack.settings, CONSUMER_GROUP: 'fresh', BLOCK_ROWS: '7000' });
    await until('all rows came again', async () => (await stored()) >= 2 * storedBefore);
    expect([await figures(), await quarantined()]).toEqual(before);
    expect((await again.stop()).code).toBe(0);
  }, 60_000);
});

describe('a topic on which verdicts would not be the broker’s', () => {
  it('is refused at the start, with what to do', async () => {
    const topic = `${stack.settings.TOPIC_PREFIX}wrong.api-calls`;
    await stack.admin.createTopics({
      topics: ['api-calls', 'api-calls.dead', 'api-calls.schemas', 'daily-charges', 'settings'].map(
        (name) => ({
          topic: `${stack.settings.TOPIC_PREFIX}wrong.${name}`,
        }),
      ),
    });
    const wrong = startConsumer({ ...stack.settings, TOPIC_PREFIX: `${stack.settings.TOPIC_PREFIX}wrong.` });
    expect(await wrong.exited).toBe(1);
    expect(wrong.log()).toContain(`Topic ${topic} needs message.timestamp.type=LogAppendTime`);

    const missing = startConsumer({ ...stack.settings, TOPIC_PREFIX: 'nowhere.' });
    expect(await missing.exited).toBe(1);
    expect(missing.log()).toContain('Kafka has no topic nowhere.api-calls');

    const unset = startConsumer({ BLOCK_ROWS: 'many' });
    expect(await unset.exited).toBe(1);
    expect(unset.log()).toMatch(/KAFKA_BROKERS is missing.*CLICKHOUSE_URL is missing.*BLOCK_ROWS/);
  }, 60_000);
});
