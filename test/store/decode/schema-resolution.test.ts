import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import avro from 'avsc';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { CallEventColumns } from '../../../store/decode/call-event-columns.ts';
import { Transcoder } from '../../../store/decode/transcode.ts';
import { WriterSchemas } from '../../../store/decode/writer-schemas.ts';
import { fingerprint, SINGLE_OBJECT_HEADER_BYTES, singleObjectHeader } from '../../../schemas/avro.ts';
import { callEventSchemaJson } from '../../../schemas/call-event.ts';
import { projectRoot } from '../../../schemas/root.ts';
import { APPENDED_AT_MS, LIMITS } from '../../consumers/event.ts';
import { cpuMsOf } from '../../thread-cpu.ts';

/** Made by fastavro: see resolution-vectors.py. */
const Vectors = Type.Array(
  Type.Object({
    title: Type.String(),
    schema: Type.Unknown(),
    fingerprint: Type.String(),
    body: Type.String(),
    /** Null where fastavro cannot resolve the event. */
    event: Type.Unsafe<Record<string, unknown> | null>({ type: ['object', 'null'] }),
  }),
);
const vectors = Value.Parse(
  Vectors,
  JSON.parse(readFileSync(join(projectRoot(), 'test/store/decode/resolution-vectors.json'), 'utf8')),
);
const currentSchema: avro.Schema = JSON.parse(callEventSchemaJson);
const current = avro.Type.forSchema(currentSchema);

const typeOf = (json: string): avro.Type => {
  const schema: avro.Schema = JSON.parse(json);
  return avro.Type.forSchema(schema);
};

/** What the pipeline makes of an event of a published schema: the event, or the reason and the detail. */
function resolve(json: string, body: Buffer): Record<string, unknown> | string {
  const type = typeOf(json);
  const schemas = new WriterSchemas();
  const hex = fingerprint(type).toString('hex');
  schemas.publish(hex, json);
  const translated = schemas.translate(hex, Buffer.concat([singleObjectHeader(type), body]));
  if (!Buffer.isBuffer(translated)) return `${translated.reason}: ${translated.detail}`;
  // The transcoder has the last word on whether the bytes are an event; what else it rejects is not tested here.
  const at = { partition: 0, offset: 0, appendedAtMs: APPENDED_AT_MS };
  const rejection = new Transcoder(LIMITS).add(translated, at, new CallEventColumns(1));
  if (rejection?.reason === 'not-an-event') return `not-an-event: ${rejection.detail}`;
  const event: Record<string, unknown> & { event_id: Buffer } = current.fromBuffer(
    translated.subarray(SINGLE_OBJECT_HEADER_BYTES),
  );
  return { ...event, event_id: event.event_id.toString('hex') };
}

const ofEvents = vectors.filter(({ event }) => event !== null);
const ofErrors = vectors.filter(({ event }) => event === null);

describe('an event of another writer schema is what fastavro makes of it', () => {
  it.each(ofEvents)('$title', ({ schema, body, event }) => {
    expect(resolve(JSON.stringify(schema), Buffer.from(body, 'hex'))).toEqual(event);
  });

  it.each(ofErrors)('rejected: $title', ({ schema, body }) => {
    const resolved = resolve(JSON.stringify(schema), Buffer.from(body, 'hex'));
    expect(resolved).toEqual(expect.stringMatching(/^(not-an-event|incompatible-schema): /));
  });

  it('and so is each schema’s fingerprint', () => {
    for (const { schema, fingerprint: hex } of vectors) {
      expect(fingerprint(typeOf(JSON.stringify(schema))).toString('hex')).toBe(hex);
    }
  });
});

describe('a schema whose events cannot be read', () => {
  const { fields }: avro.schema.RecordType = JSON.parse(callEventSchemaJson);
  const schemaWith = (change: (all: typeof fields) => typeof fields): string =>
    JSON.stringify({ type: 'record', name: 'CallEvent', namespace: 'io.apicredits', fields: change(fields) });

  it.each([
    [
      'lacks the field org_id, which has no default',
      schemaWith((all) => all.filter(({ name }) => name !== 'org_id')),
    ],
    [
      'its field credits is string where int is required',
      schemaWith((all) =>
        all.map((field) => (field.name === 'credits' ? { name: 'credits', type: 'string' } : field)),
      ),
    ],
    ['it is string, not a record named CallEvent', '"string"'],
  ])('is named with what is wrong: %s', (problem, json) => {
    expect(resolve(json, Buffer.from([0]))).toContain(`incompatible-schema: `);
    expect(resolve(json, Buffer.from([0]))).toContain(problem);
  });

  it('names the field and the value of a record that alone cannot be resolved', () => {
    const nullable = vectors.find(({ title }) => title === 'union with null, and null');
    expect(resolve(JSON.stringify(nullable?.schema), Buffer.from(nullable?.body ?? '', 'hex'))).toMatch(
      /^not-an-event: module is null where string is required at byte \d+$/,
    );
  });
});

/** `depth` records within each other, each with two fields of the next one, and no byte at the end. */
function nested(depth: number): string {
  let inner: unknown = 'null';
  for (let level = depth; level > 0; level -= 1) {
    const name = `R${level}`;
    inner = {
      type: 'record',
      name,
      fields: [
        { name: 'a', type: inner },
        { name: 'b', type: level === depth ? 'null' : `R${level + 1}` },
      ],
    };
  }
  const { fields }: { fields: unknown[] } = JSON.parse(callEventSchemaJson);
  const all = [...fields, { name: 'bomb', type: inner }];
  return JSON.stringify({ type: 'record', name: 'CallEvent', namespace: 'io.apicredits', fields: all });
}

describe('a schema that multiplies values', () => {
  const body = Buffer.from(vectors[0]?.body ?? '', 'hex');
  const ofBranch = (branch: number): Buffer => Buffer.concat([body, Buffer.from([branch])]);

  it('is read up to 10,000 of them', () => {
    expect(resolve(nested(10), body)).toMatchObject({ org_id: 'net-83' });
  });

  it.each([14, 20, 32, 60])('is refused when it is published beyond that (depth %i)', (depth) => {
    const cpuMs = cpuMsOf(() =>
      expect(resolve(nested(depth), body)).toContain(
        'incompatible-schema: each of its events has over 10000 nested',
      ),
    );
    expect(cpuMs).toBeLessThan(1_000);
  });

  it('by a union, where the smallest event is small, ends with the event at fault', () => {
    const bomb: unknown = JSON.parse(nested(30)).fields.at(-1).type;
    const { fields }: { fields: unknown[] } = JSON.parse(callEventSchemaJson);
    const json = JSON.stringify({
      type: 'record',
      name: 'CallEvent',
      namespace: 'io.apicredits',
      fields: [...fields, { name: 'bomb', type: ['null', bomb] }],
    });
    const cpuMs = cpuMsOf(() => {
      expect(resolve(json, ofBranch(2))).toContain('is one nested value too many');
      expect(resolve(json, ofBranch(0))).toMatchObject({ org_id: 'net-83' });
    });
    expect(cpuMs).toBeLessThan(1_000);
  });
});

describe('junk on the topic of writer schemas', () => {
  const [vector] = vectors;
  const json = JSON.stringify(vector?.schema);
  const hex = fingerprint(typeOf(json)).toString('hex');

  it('under a good fingerprint does not replace the good schema, nor keep it out', () => {
    for (const order of [
      [json, '{}'],
      ['{}', json],
    ]) {
      const schemas = new WriterSchemas();
      for (const text of order) schemas.publish(hex, text);
      expect(
        schemas.translate(hex, Buffer.concat([Buffer.alloc(10), Buffer.from(vector?.body ?? '', 'hex')])),
      ).toEqual(expect.any(Buffer));
    }
  });

  it('of any number of keys locks no schema out', () => {
    const schemas = new WriterSchemas();
    for (let key = 0; key < 20_000; key += 1) schemas.publish(key.toString(16).padStart(16, '0'), '{}');
    schemas.publish(hex, json);
    expect(
      schemas.translate(hex, Buffer.concat([Buffer.alloc(10), Buffer.from(vector?.body ?? '', 'hex')])),
    ).toEqual(expect.any(Buffer));
  });
});
