import avro from 'avsc';
import { readTopic, type ReadRecord } from '../../producers/read-topic.ts';
import { Type } from 'typebox';
import { fingerprint, singleObjectHeader } from '../../../schemas/avro.ts';
import { callEventSchemaJson, encodeCallEvent } from '../../../schemas/call-event.ts';
import { mintEventId } from '../../../schemas/event-id.ts';
import { killConsumers, startConsumer } from '../consumer-process.ts';
import { eventOf } from '../event.ts';
import { openLandingStack, type LandingStack } from '../landing-stack.ts';
import { until } from '../../until.ts';

const START_MS = Date.now();

let stack: LandingStack;
beforeAll(async () => {
  stack = await openLandingStack('quarantine');
  startConsumer(stack.settings);
});
afterAll(async () => {
  await killConsumers();
  await stack.close();
});

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

async function readDeadLetters(expected: number): Promise<ReadRecord[]> {
  let records: ReadRecord[] = [];
  await until('the dead letters are there', async () => {
    records = await readTopic(stack.kafka, stack.topics.dead);
    return records.length >= expected;
  });
  return records;
}

describe('an invalid record', () => {
  const bad: [reason: string, orgId: string, value: Buffer | null][] = [
    ['not-an-event', 'net-83', null],
    ['not-an-event', 'net-83', Buffer.alloc(0)],
    ['not-an-event', 'net-83', Buffer.from('{"json":true}')],
    [
      'not-an-event',
      'org-0',
      encodeCallEvent(eventOf({ occurred_at: START_MS, org_id: 'org-0' })).subarray(0, -1),
    ],
    ['unknown-schema', 'net-83', Buffer.from('c3010011223344556677', 'hex')],
    ['org-id', '', encodeCallEvent(eventOf({ occurred_at: START_MS, org_id: '' }))],
    [
      'too-late',
      'org-0',
      encodeCallEvent(eventOf({ occurred_at: START_MS - 36 * 86_400_000, org_id: 'org-0' })),
    ],
    ['future-dated', 'org-0', encodeCallEvent(eventOf({ occurred_at: START_MS + 600_000, org_id: 'org-0' }))],
    ['not-an-event', 'net-83', Buffer.alloc(950_000, 0xc3)],
  ];
  let first = 0;

  it('is kept and visible with its reason, between valid events', async () => {
    const before = await stack.figures();
    first = await stack.publishBytes(1, [
      encodeCallEvent(eventOf({ occurred_at: START_MS, org_id: 'org-0' })),
      ...bad.slice(0, -1).map(([, , value]) => value),
    ]);
    await stack.publishBytes(1, [bad.at(-1)?.[2] ?? null]);
    await stack.untilLanded();
    expect((await stack.figures())?.calls).toBe((before?.calls ?? 0) + 1);
    expect(await quarantined()).toEqual(
      bad.map(([reason, org_id, value], index) => ({
        partition: 1,
        offset: first + 1 + index,
        reason,
        org_id: org_id || 'net-83',
        size_bytes: value?.length ?? 0,
      })),
    );
  });

  it('has its bytes beside it, a long value cut', async () => {
    const Bytes = Type.Object({ key: Type.String(), value: Type.Union([Type.String(), Type.Null()]) });
    const kept = await stack.ask(
      Bytes,
      'SELECT key, lower(hex(value)) AS value FROM dead_letter_bytes FINAL ORDER BY partition, offset',
    );
    expect(kept.map(({ key }) => key)).toEqual(bad.map(() => 'net-83'));
    const expected = bad.map(([, , value]) => value?.subarray(0, 900_000).toString('hex') ?? null);
    expect(kept.map(({ value }) => value === null)).toEqual(expected.map((value) => value === null));
    // Compared as a whole, but not printed: the last one has 1.8 MB.
    expect(kept.every(({ value }, index) => value === expected[index])).toBe(true);
  });

  it('is in the dead-letter topic with its bytes, its key and its coordinates', async () => {
    const deadLetters = await readDeadLetters(bad.length);
    const found = deadLetters.map(({ key, value, headers }) => [
      headers.get('reason')?.toString(),
      headers.get('topic')?.toString(),
      headers.get('partition')?.toString(),
      headers.get('offset')?.toString(),
      key?.toString(),
      value?.toString('hex').slice(0, 2_000),
    ]);
    expect(found).toEqual(
      bad.map(([reason, , value], index) => [
        reason,
        stack.topics.calls,
        '1',
        String(first + 1 + index),
        'net-83',
        value?.toString('hex').slice(0, 2_000),
      ]),
    );
    // A send is one record batch, and the broker takes a megabyte: a longer value is cut, and a header says so.
    const sizes = deadLetters.map(({ value }) => value?.length);
    expect(sizes).toEqual(
      bad.map(([, , value]) => value && Math.min(value.length, 900_000)).map((size) => size ?? undefined),
    );
    expect(deadLetters.every(({ headers }) => headers.has('detail'))).toBe(true);
    expect(deadLetters.at(-1)?.headers.get('cut_from_bytes')?.toString()).toBe('950000');
  });
});

describe('the append time', () => {
  it('is the broker’s, whatever time the producer wrote into the record', async () => {
    const occurred_at = Date.now();
    const value = encodeCallEvent(eventOf({ occurred_at, org_id: 'clock', credits: 0 }));
    const messages = [-40, 40].map((days) => ({
      partition: 2,
      key: 'clock',
      value,
      timestamp: String(occurred_at + days * 86_400_000),
    }));
    await stack.producer.send({ topic: stack.topics.calls, acks: -1, messages });
    await stack.untilLanded();
    const Appended = Type.Object({ delay: Type.Integer() });
    const query = `SELECT toUnixTimestamp64Milli(appended_at) - ${occurred_at} AS delay
      FROM call_events WHERE org_id = 'clock'`;
    const rows = await stack.ask(Appended, query);
    expect(rows).toHaveLength(2);
    for (const { delay } of rows) expect(Math.abs(delay)).toBeLessThan(60_000);
  });
});

describe('an event of another writer schema', () => {
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
    const event = { ...eventOf({ occurred_at, org_id: 'other-writer' }), event_id, region: 'eu' };
    await stack.publishBytes(0, [Buffer.concat([singleObjectHeader(type), type.toBuffer(event)])]);
    await stack.publishBytes(0, [Buffer.from('c301feedfacefeedface00', 'hex')]);
    await stack.untilLanded();
    const Count = Type.Object({ calls: Type.Integer() });
    const landed = await stack.ask(
      Count,
      `SELECT count() AS calls FROM call_events FINAL WHERE org_id = 'other-writer'`,
    );
    expect(landed).toEqual([{ calls: 1 }]);
    expect((await quarantined()).filter(({ partition }) => partition === 0)).toMatchObject([
      { reason: 'incompatible-schema' },
    ]);
  });
});
