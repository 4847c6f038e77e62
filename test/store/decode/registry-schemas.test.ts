import { setTimeout as delay } from 'node:timers/promises';
import avro from 'avsc';
import { CallEventColumns } from '../../../store/decode/call-event-columns.ts';
import { RecordDecoder, type EventRecord } from '../../../store/decode/record-decoder.ts';
import { RegistrySchemas } from '../../../store/decode/registry-schemas.ts';
import { Transcoder } from '../../../store/decode/transcode.ts';
import { WriterSchemas } from '../../../store/decode/writer-schemas.ts';
import type { RetryUntilSuccess } from '../../../consumers/retry.ts';
import type { RegistrySchema } from '../../../platform/schema-registry/client.ts';
import { SINGLE_OBJECT_HEADER_BYTES } from '../../../schemas/avro.ts';
import { callEventSchemaJson, encodeCallEvent } from '../../../schemas/call-event.ts';
import { registryHeader } from '../../../schemas/registry-framing.ts';
import { APPENDED_AT_MS, eventOf, LIMITS } from '../../consumers/event.ts';
import { gate } from '../../producers/scripted-transport.ts';
import { until } from '../../until.ts';
import { readNative, type NativeRow } from './native-reader.ts';

const event = eventOf({ module: 'leads', duration_ms: 12 });
const current = encodeCallEvent(event);
const rowOfCurrent = land(new RecordDecoder(new Transcoder(LIMITS), new WriterSchemas(), undefined), current);

const avroSchema = (text: string): RegistrySchema => ({ type: 'AVRO', text, hasReferences: false });
const frame = (id: number, body: Buffer): Buffer => Buffer.concat([registryHeader(id), body]);

interface Field {
  readonly name: string;
  readonly type: avro.Schema;
  readonly default?: unknown;
  readonly aliases?: readonly string[];
}
const fields: readonly Field[] = JSON.parse(callEventSchemaJson).fields;
function schemaOf(withFields: readonly Field[], more: object = {}): string {
  return JSON.stringify({
    type: 'record',
    name: 'CallEvent',
    namespace: 'com.other',
    fields: withFields,
    ...more,
  });
}
function encode(schema: string, more: object = {}): Buffer {
  const parsed: avro.Schema = JSON.parse(schema);
  const event_id = Buffer.from(event.event_id.replaceAll('-', ''), 'hex');
  return avro.Type.forSchema(parsed).toBuffer({ ...event, event_id, ...more });
}

/** A registry with these schemas, which counts its requests. */
class Registry {
  readonly schemas = new Map<number, RegistrySchema>();
  readonly requests: number[] = [];
  answer: () => Promise<void> = () => Promise.resolve();

  async schemaById(id: number): Promise<RegistrySchema | undefined> {
    this.requests.push(id);
    await this.answer();
    return this.schemas.get(id);
  }
}
const once: RetryUntilSuccess = (_, step) => step();

function setUp(schemas: Readonly<Record<number, RegistrySchema>> = {}, retry = once) {
  const registry = new Registry();
  for (const [id, schema] of Object.entries(schemas)) registry.schemas.set(Number(id), schema);
  const known = new RegistrySchemas(registry, retry, 0);
  return { registry, known, decoder: new RecordDecoder(new Transcoder(LIMITS), new WriterSchemas(), known) };
}

function recordOf(value: Buffer, offset = 5): EventRecord {
  return {
    bytes: value,
    valueStart: 0,
    valueEnd: value.length,
    value,
    offset,
  };
}

function land(decoder: RecordDecoder, value: Buffer): { reason?: string; detail?: string; row?: NativeRow } {
  const columns = new CallEventColumns(1);
  const rejection = decoder.add(
    recordOf(value),
    { partition: 0, offset: 5, appendedAtMs: APPENDED_AT_MS },
    columns,
  );
  const [row] = readNative(columns.body());
  return rejection ?? (row ? { row } : {});
}

/** Reads the schemas as the intake does, and lands the value. */
async function read(schema: RegistrySchema, body: Buffer) {
  const { known, decoder } = setUp({ 7: schema });
  expect(decoder.lackOf(recordOf(frame(7, body)), 0)).toBe('registry');
  await known.read([7], 0, 5);
  expect(decoder.lackOf(recordOf(frame(7, body)), 0)).toBeUndefined();
  return land(decoder, frame(7, body));
}

describe('a record framed for the registry', () => {
  it('is read by the current schema as its single-object encoding is', async () => {
    const body = current.subarray(SINGLE_OBJECT_HEADER_BYTES);
    expect(await read(avroSchema(callEventSchemaJson), body)).toEqual(rowOfCurrent);
  });

  it('is read by another writer schema: fields in another order, added, left out, with aliases', async () => {
    const kept = fields.filter(({ name }) => name !== 'module').toReversed();
    const schema = schemaOf(
      [
        { name: 'trace', type: 'string', aliases: ['org_id'] },
        ...kept.map((field) =>
          field.name === 'app_id' ? Object.assign({}, field, { aliases: ['client', 'app'] }) : field,
        ),
      ],
      { aliases: ['Event', 'com.other.Call'] },
    );
    const { row } = await read(avroSchema(schema), encode(schema, { trace: 'abc' }));
    expect(row).toEqual({ ...rowOfCurrent.row, module: '' });
  });

  it('is not read by an alias of the writer: aliases are the reader’s', async () => {
    const schema = schemaOf(
      fields.map((field) =>
        field.name === 'org_id' ? Object.assign({}, field, { name: 'tenant', aliases: ['org_id'] }) : field,
      ),
    );
    expect(await read(avroSchema(schema), encode(schema, { tenant: 'acme' }))).toEqual({
      reason: 'incompatible-schema',
      detail: 'it lacks the field org_id, which has no default',
    });
  });

  it('is rejected if it is damaged: cut anywhere, or with something behind it', async () => {
    const body = current.subarray(SINGLE_OBJECT_HEADER_BYTES);
    const { known, decoder } = setUp({ 7: avroSchema(callEventSchemaJson) });
    await known.read([7], 0, 5);
    const reasons = Array.from(
      { length: body.length },
      (_, size) => land(decoder, frame(7, body.subarray(0, size))).reason,
    );
    expect(new Set(reasons)).toEqual(new Set(['not-an-event']));
    expect(land(decoder, frame(7, Buffer.concat([body, Buffer.alloc(1)]))).reason).toBe('not-an-event');
  });

  it.each<[string, RegistrySchema, string]>([
    [
      'JSON Schema',
      { ...avroSchema('{"type":"object"}'), type: 'JSON' },
      'schema 7 is of type JSON, not AVRO',
    ],
    [
      'Protobuf',
      { ...avroSchema('syntax = "proto3";'), type: 'PROTOBUF' },
      'schema 7 is of type PROTOBUF, not AVRO',
    ],
    [
      'a schema with references',
      { ...avroSchema(callEventSchemaJson), hasReferences: true },
      'without references',
    ],
    ['a text that is not JSON', avroSchema('{'), ''],
    ['a text beyond 2^20 characters', avroSchema(' '.repeat(2 ** 20 + 1)), 'at most 1048576 are read'],
    ['a schema of something else', avroSchema('"string"'), 'it is string, not a record named CallEvent'],
  ])('is rejected by its schema if that is %s', async (_, schema, detail) => {
    const result = await read(schema, Buffer.from([0]));
    expect(result).toEqual({ reason: 'incompatible-schema', detail: expect.stringContaining(detail) });
  });

  it('says which setting would read it, where there is no registry', () => {
    const decoder = new RecordDecoder(new Transcoder(LIMITS), new WriterSchemas(), undefined);
    const value = frame(7, current.subarray(SINGLE_OBJECT_HEADER_BYTES));
    expect(decoder.lackOf(recordOf(value), 0)).toBeUndefined();
    expect(land(decoder, value)).toEqual({
      reason: 'not-an-event',
      detail: 'no single-object header C3 01; to read it by schema 7 of a registry, set SCHEMA_REGISTRY_URL',
    });
  });
});

describe('a header', () => {
  it('that is cut off is not an event, and nothing is requested', () => {
    const { decoder, registry } = setUp();
    for (const hex of ['', '00', '00000000']) {
      const value = Buffer.from(hex, 'hex');
      expect(decoder.lackOf(recordOf(value), 0)).toBeUndefined();
      expect(land(decoder, value).reason).toBe('not-an-event');
    }
    expect(registry.requests).toEqual([]);
  });

  it.each([0, -1, -(2 ** 31)])('with the id %i, which no registry gives out, is unknown', (id) => {
    const { decoder, registry } = setUp();
    const value = frame(id >>> 0, current.subarray(SINGLE_OBJECT_HEADER_BYTES));
    expect(decoder.lackOf(recordOf(value), 0)).toBeUndefined();
    expect(land(decoder, value)).toEqual({ reason: 'unknown-schema', detail: `schema id ${id >>> 0}` });
    expect(registry.requests).toEqual([]);
  });
});

describe('an id that the registry does not have', () => {
  it('is unknown for the records up to the offset that was fetched, and requested again for later ones', async () => {
    const { registry, known, decoder } = setUp();
    const value = frame(2 ** 31 - 1, Buffer.alloc(0));
    await known.read([2 ** 31 - 1], 0, 5);
    expect(decoder.lackOf(recordOf(value), 0)).toBeUndefined();
    expect(land(decoder, value).reason).toBe('unknown-schema');
    // Another partition's record may have been appended after the schema was registered.
    expect([decoder.lackOf(recordOf(value, 6), 0), decoder.lackOf(recordOf(value, 5), 1)]).toEqual([
      'registry',
      'registry',
    ]);
    registry.schemas.set(2 ** 31 - 1, avroSchema(callEventSchemaJson));
    await known.read([2 ** 31 - 1], 1, 5);
    expect(decoder.lackOf(recordOf(value, 6), 0)).toBeUndefined();
    expect(registry.requests).toHaveLength(3);
  });

  it('is requested twice: a follower of the registry may be behind its leader', async () => {
    const { registry, known } = setUp();
    registry.answer = () => {
      if (registry.requests.length === 2) registry.schemas.set(7, avroSchema(callEventSchemaJson));
      return Promise.resolve();
    };
    await known.read([7], 0, 5);
    expect(known.knows(7, 0, 6)).toBe(true);
  });

  it('is requested again for a partition that came while the request was on its way', async () => {
    const { registry, known } = setUp();
    const { passed, open } = gate();
    registry.answer = () => passed;
    const first = known.read([7], 0, 5);
    await until('the request is sent', () => registry.requests.length === 1);
    const second = known.read([7], 1, 5);
    registry.answer = () => {
      registry.schemas.set(7, avroSchema(callEventSchemaJson));
      return Promise.resolve();
    };
    open();
    await Promise.all([first, second]);
    expect(registry.requests).toEqual([7, 7]);
    expect(known.knows(7, 1, 6)).toBe(true);
  });
});

describe('schemas in memory', () => {
  it('are requested once for all partitions', async () => {
    const { registry, known } = setUp({ 7: avroSchema(callEventSchemaJson) });
    await Promise.all([known.read([7], 0, 5), known.read([7], 1, 5)]);
    await known.read([7], 2, 5);
    expect(registry.requests).toEqual([7]);
  });

  it('of a slow registry are read over several waits, so that what stands between them lands', async () => {
    const { registry, known } = setUp({ 7: avroSchema('"string"'), 8: avroSchema('"string"') });
    registry.answer = () => delay(1_010);
    await known.read([7, 8], 0, 5);
    expect([known.knows(7, 0, 5), known.knows(8, 0, 5)]).toEqual([true, false]);
  });

  it('are requested until the registry answers', async () => {
    let failures = 0;
    const retry: RetryUntilSuccess = async (_, step) => {
      for (;;) {
        try {
          return await step();
        } catch {
          failures += 1;
        }
      }
    };
    const { registry, known } = setUp({ 7: avroSchema(callEventSchemaJson) }, retry);
    registry.answer = () =>
      registry.requests.length < 4 ? Promise.reject(new Error('away')) : Promise.resolve();
    await known.read([7], 0, 5);
    expect([failures, known.knows(7, 0, 5)]).toEqual([3, true]);
  });
});
