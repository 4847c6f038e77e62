import { randomUUID } from 'node:crypto';
import avro from 'avsc';
import { Type } from 'typebox';
import { compiled } from '../../platform/compiled-schema.ts';
import { createPublisher } from '../../producers/sdk/connect.ts';
import type { SchemaRegistryOptions } from '../../producers/sdk/framing-options.ts';
import { callEventSchemaJson, encodeCallEvent } from '../../schemas/call-event.ts';
import { registryHeader, schemaIdOf } from '../../schemas/registry-framing.ts';
import { killConsumers, startConsumer } from '../consumers/consumer-process.ts';
import { eventOf } from '../consumers/event.ts';
import { openLandingStack, type LandingStack } from '../consumers/landing-stack.ts';
import { readTopic } from '../producers/read-topic.ts';
import { call } from '../producers/sample-event.ts';
import { apicurioProgram, startApicurio, type Apicurio } from '../servers/apicurio.ts';

const program = await apicurioProgram();
const whereApicurio = program === undefined ? describe.skip : describe;

whereApicurio('with Apicurio Registry,', () => {
  let registry: Apicurio;
  let stack: LandingStack;
  beforeAll(async () => {
    [registry, stack] = await Promise.all([startApicurio(program ?? ''), openLandingStack('apicurio')]);
    startConsumer({ ...stack.settings, SCHEMA_REGISTRY_URL: registry.url });
  }, 150_000);
  afterAll(async () => {
    await killConsumers();
    await Promise.all([stack.close(), registry.stop()]);
  });

  const Id = Type.Object({ id: Type.Integer() });
  /** @returns the id that the registry gave it */
  async function register(schema: string, more: object = {}): Promise<number> {
    const answer = await fetch(`${registry.url}/subjects/${randomUUID()}/versions`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.schemaregistry.v1+json' },
      body: JSON.stringify({ schema, ...more }),
    });
    const body: unknown = await answer.json();
    if (compiled(Id).check(body)) return body.id;
    throw new Error(`not registered: ${JSON.stringify(body)}`);
  }

  async function publish(framing: SchemaRegistryOptions): Promise<void> {
    const { KAFKA_BROKERS, TOPIC_PREFIX } = stack.settings;
    const publisher = createPublisher({
      brokers: [KAFKA_BROKERS],
      topicPrefix: TOPIC_PREFIX,
      framing: { registry: framing },
    });
    await publisher.publish(call({ user_id: randomUUID() }));
    await publisher.close();
  }

  it('the SDK registers its schema, finds it again, and its calls count', async () => {
    await publish({ url: registry.url, register: true });
    await publish({ url: registry.url });
    const records = await readTopic(stack.kafka, stack.topics.calls);
    const ids = new Set(records.map(({ value }) => schemaIdOf(value ?? Buffer.alloc(0))));
    expect([records.length, ids.size, ids.has(undefined)]).toEqual([2, 1, false]);
    await stack.untilLanded();
    expect((await stack.figures())?.calls).toBe(2);
  });

  it('records of other schemas land or are quarantined by what the registry says of their ids', async () => {
    const { fields, ...record } = JSON.parse(callEventSchemaJson);
    const otherJson = JSON.stringify({
      ...record,
      fields: [...fields.toReversed(), { name: 'region', type: 'string' }],
    });
    const otherSchema: avro.Schema = JSON.parse(otherJson);
    const event = eventOf({ occurred_at: Date.now() }, 'other');
    const event_id = Buffer.from(event.event_id.replaceAll('-', ''), 'hex');
    const body = avro.Type.forSchema(otherSchema).toBuffer({ ...event, event_id, region: 'eu' });
    const json = JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' });
    const ids = {
      other: await register(otherJson),
      json: await register(json, { schemaType: 'JSON' }),
      protobuf: await register('syntax = "proto3"; message Call { string org = 1; }', {
        schemaType: 'PROTOBUF',
      }),
      text: await register('"string"'),
    };
    const framed = (id: number): Buffer => Buffer.concat([registryHeader(id), body]);
    await stack.publishBytes(1, [
      ...[ids.other, ids.json, ids.protobuf, ids.text, 99_999].map(framed),
      encodeCallEvent(eventOf({ occurred_at: Date.now() }, 'ours')),
    ]);
    await stack.untilLanded();
    expect((await stack.figures())?.calls).toBe(4);
    const DeadLetter = Type.Object({ reason: Type.String(), detail: Type.String() });
    expect(
      await stack.ask(DeadLetter, 'SELECT reason, detail FROM quarantined FINAL ORDER BY offset'),
    ).toEqual([
      { reason: 'incompatible-schema', detail: `schema ${ids.json} is of type JSON, not AVRO` },
      { reason: 'incompatible-schema', detail: `schema ${ids.protobuf} is of type PROTOBUF, not AVRO` },
      { reason: 'incompatible-schema', detail: 'it is string, not a record named CallEvent' },
      { reason: 'unknown-schema', detail: 'schema id 99999' },
    ]);
  });
});
