import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import avro from 'avsc';
import { Type } from 'typebox';
import { SINGLE_OBJECT_HEADER_BYTES } from '../../schemas/avro.ts';
import { callEventSchemaJson, encodeCallEvent, type CallEvent } from '../../schemas/call-event.ts';
import { registryHeader } from '../../schemas/registry-framing.ts';
import { readWatermark } from '../../store/progress/watermark.ts';
import { connectClickHouse } from '../../platform/clickhouse/connect.ts';
import { runDataDir } from '../servers/addresses.ts';
import { answerJson, TestSchemaRegistry } from '../servers/schema-registry.ts';
import { until } from '../until.ts';
import { killConsumers, startConsumer, type ConsumerProcess } from './consumer-process.ts';
import { eventOf } from './event.ts';
import { openLandingStack, type LandingStack } from './landing-stack.ts';

const CURRENT_ID = 1;
const OTHER_ID = 2;
const PROTOBUF_ID = 3;
const LATER_ID = 4;
const LOGIN = { SCHEMA_REGISTRY_USERNAME: 'ann', SCHEMA_REGISTRY_PASSWORD: 'hunter2' };

/** Another publisher's schema: the fields in another order, one more, and those with defaults left out. */
const {
  fields,
  ...record
}: { readonly fields: readonly { readonly name: string; readonly default?: unknown }[] } =
  JSON.parse(callEventSchemaJson);
const otherJson = JSON.stringify({
  ...record,
  fields: [
    ...fields.filter((field) => !('default' in field)).toReversed(),
    { name: 'region', type: 'string' },
  ],
});
const otherSchema: avro.Schema = JSON.parse(otherJson);
const otherType = avro.Type.forSchema(otherSchema);

const framed = (event: CallEvent, id = CURRENT_ID): Buffer =>
  Buffer.concat([registryHeader(id), encodeCallEvent(event).subarray(SINGLE_OBJECT_HEADER_BYTES)]);
function framedByOther(event: CallEvent): Buffer {
  const event_id = Buffer.from(event.event_id.replaceAll('-', ''), 'hex');
  return Buffer.concat([registryHeader(OTHER_ID), otherType.toBuffer({ ...event, event_id, region: 'eu' })]);
}

let published = 0;
function nextEvent(): CallEvent {
  published += 1;
  return eventOf({ occurred_at: Date.now(), credits: 1 }, published);
}

let registry: TestSchemaRegistry;
let stack: LandingStack;
let consumer: ConsumerProcess;
beforeAll(async () => {
  registry = await new TestSchemaRegistry().start();
  registry.add(CURRENT_ID, { schema: callEventSchemaJson });
  registry.add(OTHER_ID, { schema: otherJson });
  registry.add(PROTOBUF_ID, { schema: 'syntax = "proto3";', schemaType: 'PROTOBUF' });
  stack = await openLandingStack('registry');
  consumer = start();
});
afterAll(async () => {
  await killConsumers();
  await Promise.all([stack.close(), registry.stop()]);
});

function start(login: object = LOGIN): ConsumerProcess {
  return startConsumer({ ...stack.settings, SCHEMA_REGISTRY_URL: registry.url, ...login });
}

const DeadLetter = Type.Object({ reason: Type.String(), detail: Type.String() });
const deadLetters = () =>
  stack.ask(DeadLetter, 'SELECT reason, detail FROM quarantined FINAL ORDER BY partition, offset');
const calls = async () => (await stack.figures())?.calls;
/** Rows that landed, redelivered ones too. */
const Rows = Type.Object({ rows: Type.Integer() });
const landedRows = async () =>
  (await stack.ask(Rows, 'SELECT sum(rows) AS rows FROM landed_ranges'))[0]?.rows ?? 0;

describe('records of both encodings', () => {
  it('land from one partition and one batch, and those that cannot be read are quarantined', async () => {
    const values = Array.from({ length: 50 }, () => [
      encodeCallEvent(nextEvent()),
      framed(nextEvent()),
      framedByOther(nextEvent()),
    ]).flat();
    const bad = [
      framed(eventOf(), 99),
      framed(eventOf(), 0),
      framed(eventOf(), PROTOBUF_ID),
      framed(eventOf()).subarray(0, 3),
      framed(eventOf()).subarray(0, 40),
    ];
    await stack.publishBytes(0, [...values.slice(0, 75), ...bad, ...values.slice(75)]);
    await stack.untilLanded();
    expect(await stack.figures()).toEqual({ calls: published, credits: published, ids: published });
    expect(await deadLetters()).toEqual([
      { reason: 'unknown-schema', detail: 'schema id 99' },
      { reason: 'unknown-schema', detail: 'schema id 0' },
      { reason: 'incompatible-schema', detail: 'schema 3 is of type PROTOBUF, not AVRO' },
      { reason: 'not-an-event', detail: 'no single-object header C3 01' },
      { reason: 'not-an-event', detail: expect.stringContaining('is cut off') },
    ]);
    expect(await landedRows()).toBe(published);
    expect(registry.requests.at(0)?.authorization).toMatch(/^Basic /);
  });
});

describe('while the registry is away', () => {
  it('only the partitions whose schema is missing wait, as lag; kills and rebalances change nothing', async () => {
    const client = connectClickHouse(stack.settings, 'test');
    const lagMs = async () => {
      const now = Date.now();
      return now - (await readWatermark(client, stack.topics.calls, now)).displayed;
    };
    await until('everything has landed', async () => (await lagMs()) === 0);
    const before = published;
    await registry.stop();
    // Appended in this order: the first record lands, the second and all behind it wait.
    const waiting = [nextEvent(), nextEvent(), nextEvent()] as const;
    await stack.publishBytes(1, [
      framed(waiting[0]),
      framed(waiting[1], LATER_ID),
      encodeCallEvent(waiting[2]),
    ]);
    await until('the registry was tried', () =>
      consumer.log().includes(`schema ${LATER_ID} from the schema`),
    );
    await stack.publish(2, [nextEvent()]);
    await until('the rest has landed', async () => (await calls()) === before + 2);
    await until('the lag is that of the waiting record', async () => {
      const lag = await lagMs();
      return lag > 1_000 && lag < Date.now() - waiting[1].occurred_at + 1_000;
    });

    await consumer.kill();
    // The waiting partition moves as consumers come and go.
    consumer = start();
    const other = start();
    await until('both have partitions, and one waits', () => {
      const logs = [consumer.log(), other.log()];
      return (
        logs.every((log) => /"partitions":\[\d/.test(log)) &&
        logs.some((log) => log.includes('reading schema'))
      );
    });
    expect((await other.stop()).code).toBe(0);
    registry.add(LATER_ID, { schema: callEventSchemaJson });
    // Back, but not at once as it should be.
    registry.trouble = (answer) => answer.writeHead(200).end('<html>starting</html>');
    await registry.start();
    await until('it answers junk', () => consumer.log().includes('not as a schema registry does'));
    registry.trouble = undefined;
    await stack.untilLanded();
    expect(await stack.figures()).toEqual({ calls: published, credits: published, ids: published });
    expect(await deadLetters()).toHaveLength(5);
    await until('nothing lags', async () => (await lagMs()) === 0);
    await client.close();
  });

  it('also if it rejects the password; the consumer stops at once, and the next one has the right one', async () => {
    await consumer.stop();
    registry.trouble = (answer) => answerJson(answer, 401, { error_code: 401 });
    consumer = start({ ...LOGIN, SCHEMA_REGISTRY_PASSWORD: 'wrong-secret' });
    await stack.publishBytes(0, [framedByOther(nextEvent())]);
    await until('it was rejected', () => consumer.log().includes('it answered 401'));
    const { code } = await consumer.stop();
    expect([code, await calls()]).toEqual([0, published - 1]);
    expect(consumer.log()).not.toMatch(/wrong-secret|d3Jvbmc/);

    registry.trouble = undefined;
    const password = join(runDataDir(), 'registry-password');
    writeFileSync(password, 'hunter2\n');
    consumer = start({ SCHEMA_REGISTRY_USERNAME: 'ann', SCHEMA_REGISTRY_PASSWORD_FILE: password });
    await stack.untilLanded();
    expect(await stack.figures()).toEqual({ calls: published, credits: published, ids: published });
    expect(await deadLetters()).toHaveLength(5);
    const right = `Basic ${Buffer.from('ann:hunter2').toString('base64')}`;
    expect(registry.requests.at(-1)?.authorization).toBe(right);
  });
});

describe('records of hundreds of unknown ids', () => {
  it('are quarantined, and the events between them land', async () => {
    const values = Array.from({ length: 300 }, (_, index) => [
      framed(eventOf(), 1_000 + index),
      encodeCallEvent(nextEvent()),
    ]).flat();
    await stack.publishBytes(2, values);
    await stack.untilLanded();
    expect(await stack.figures()).toEqual({ calls: published, credits: published, ids: published });
    expect(await deadLetters()).toHaveLength(305);
    // Once and to confirm. A wait begins where the last one ended: what stood before it is not taken again.
    const requested = registry.requests.filter(({ line }) => /ids\/1\d\d\d$/.test(line));
    expect(requested).toHaveLength(600);
  });
});
