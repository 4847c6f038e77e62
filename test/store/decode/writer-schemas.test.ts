import avro from 'avsc';
import { CallEventColumns } from '../../../store/decode/call-event-columns.ts';
import { Transcoder } from '../../../store/decode/transcode.ts';
import { WriterSchemas } from '../../../store/decode/writer-schemas.ts';
import { fingerprint, singleObjectHeader } from '../../../schemas/avro.ts';
import { callEventSchemaJson } from '../../../schemas/call-event.ts';
import { APPENDED_AT_MS, LIMITS } from '../../consumers/event.ts';
import { readNative, type NativeRow } from './native-reader.ts';
import { decode, encodeDecoded, rowOf, type DecodedEvent } from '../../consumers/oracle.ts';
import { cpuMsOf } from '../../thread-cpu.ts';

interface Field {
  readonly name: string;
  readonly type: avro.Schema;
  readonly default?: unknown;
}
const fields: Field[] = JSON.parse(callEventSchemaJson).fields;
/** The fields with one of them changed. */
const fieldsWith = (name: string, change: Partial<Field>): Field[] =>
  fields.map((field) => (field.name === name ? Object.assign({}, field, change) : field));

const event: DecodedEvent = {
  event_id: Buffer.from(`${APPENDED_AT_MS.toString(16).padStart(12, '0')}7abc8def0123456789ab`, 'hex'),
  occurred_at: BigInt(APPENDED_AT_MS),
  org_id: 'net-83',
  product: 'crm',
  user_id: 'ünï',
  app_id: '-',
  method: 'GET',
  endpoint: '/',
  module: 'leads',
  status: 200,
  credits: 3,
  rule: 'bytes',
  units: 5n,
  rejection_cause: '',
  source_address: '',
  duration_ms: null,
};

/** A writer schema with other fields, published as a publisher would, and a way to write bodies with it. */
function writer(withFields: readonly Field[], name = 'CallEvent') {
  const json = JSON.stringify({ type: 'record', name, namespace: 'io.apicredits', fields: withFields });
  const schema: avro.Schema = JSON.parse(json);
  const type = avro.Type.forSchema(schema);
  const schemas = new WriterSchemas();
  const hex = fingerprint(type).toString('hex');
  schemas.publish(hex, json);
  return {
    header: singleObjectHeader(type),
    read: (body: Buffer) => land(schemas.translate(hex, Buffer.concat([singleObjectHeader(type), body]))),
    write: (value: object) => type.toBuffer(value),
  };
}

function land(translated: ReturnType<WriterSchemas['translate']>): { reason?: string; row?: NativeRow } {
  if (!Buffer.isBuffer(translated)) return { reason: translated.reason };
  const columns = new CallEventColumns(1);
  const at = { partition: 1, offset: 2, appendedAtMs: APPENDED_AT_MS };
  const rejection = new Transcoder(LIMITS).add(translated, at, columns);
  const [row] = readNative(columns.body());
  return rejection ? { reason: rejection.reason } : row ? { row } : {};
}

const numbers = { occurred_at: APPENDED_AT_MS, units: 5 };
const landed = rowOf(event, 1, 2, APPENDED_AT_MS);

describe('an event of another schema', () => {
  it('that is older gets the defaults of the fields it does not have', () => {
    const older = writer(fields.filter(({ name }) => !['module', 'units', 'duration_ms'].includes(name)));
    const { row } = older.read(older.write({ ...event, ...numbers }));
    expect(row).toEqual({ ...landed, module: '', units: 0n, duration_ms: null });
  });

  it('that is newer lands without its unknown fields, wherever they are', () => {
    const newer = writer([
      { name: 'tags', type: { type: 'map', values: 'string' } },
      ...fields.toReversed(),
      { name: 'retries', type: { type: 'array', items: ['null', 'long', 'string'] } },
      {
        name: 'flags',
        type: { type: 'record', name: 'Flags', fields: [{ name: 'cached', type: 'boolean' }] },
      },
      { name: 'tier', type: { type: 'enum', name: 'Tier', symbols: ['GOLD', 'TIN'] } },
      { name: 'ratio', type: 'double' },
      { name: 'share', type: 'float' },
      { name: 'trace', type: 'bytes' },
    ]);
    const body = newer.write({
      ...event,
      ...numbers,
      tags: { a: 'b', ü: '' },
      retries: [null, 7, 'x'],
      flags: { cached: true },
      tier: 'TIN',
      ratio: 0.1,
      share: 0.5,
      trace: Buffer.from([1, 2]),
    });
    expect(newer.read(body)).toEqual({ row: landed });
    // As strict as for the current schema: rejected if cut anywhere, if longer, or with bad UTF-8 in a dropped field.
    for (let size = 0; size < body.length; size += 1) {
      expect([size, newer.read(body.subarray(0, size)).reason]).toEqual([size, 'not-an-event']);
    }
    expect(newer.read(Buffer.concat([body, Buffer.from([0])])).reason).toBe('not-an-event');
    const spoiled = Buffer.from(body);
    spoiled.writeUInt8(0xff, body.indexOf('ü'));
    expect(newer.read(spoiled).reason).toBe('not-an-event');
  });

  it('that has ints where the current one has longs is read as longs', () => {
    const narrow = writer(fieldsWith('units', { type: 'int' }));
    expect(narrow.read(narrow.write({ ...event, ...numbers, units: -7 })).row?.['units']).toBe(-7n);
  });

  it('keeps every 64-bit number, which avsc alone corrupts beyond -2^52', () => {
    const same = writer([...fields, { name: 'extra', type: 'null' }]);
    for (const units of [0n, -1n, 2n ** 53n + 1n, -(2n ** 52n) - 1n, -(2n ** 63n), 2n ** 63n - 1n]) {
      expect(same.read(encodeDecoded({ ...event, units })).row?.['units']).toBe(units);
    }
  });

  it('is validated by the same rules', () => {
    const newer = writer([...fields, { name: 'extra', type: 'string' }]);
    const reasonOf = (changes: object) =>
      newer.read(newer.write({ ...event, ...numbers, extra: '', ...changes })).reason;
    expect(reasonOf({ org_id: '' })).toBe('org-id');
    expect(reasonOf({ credits: -1 })).toBe('credits');
    expect(reasonOf({ occurred_at: APPENDED_AT_MS - 1 })).toBe('event-id-time');
  });

  it('that has the same bytes under another field name is rejected, not guessed', () => {
    const renamed = writer(fieldsWith('org_id', { name: 'tenant' }));
    expect(renamed.read(encodeDecoded(event)).reason).toBe('incompatible-schema');
    expect(writer([{ name: 'a', type: 'string' }]).read(Buffer.from([0])).reason).toBe('incompatible-schema');
  });
});

describe('a message that lies about itself', () => {
  const hostile = writer([
    ...fields,
    { name: 'nothings', type: { type: 'array', items: 'null' } },
    { name: 'map', type: { type: 'map', values: 'null' } },
  ]);
  const body = encodeDecoded(event);
  const withTail = (...tail: number[]) => hostile.read(Buffer.concat([body, Buffer.from(tail)]));

  it('is rejected at once when it claims a list of 2^53 items', () => {
    const huge = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f];
    const cpuMs = cpuMsOf(() => {
      expect(withTail(...huge, 0, 0).reason).toBe('not-an-event');
      expect(withTail(0, ...huge, 0).reason).toBe('not-an-event');
      // The same as a negative count with a size.
      expect(withTail(...huge.with(0, 0xff), 0, 0, 0).reason).toBe('not-an-event');
    });
    expect(cpuMs).toBeLessThan(1_000);
    expect(withTail(4, 0, 0).row).toEqual(landed);
    // Two nulls as a block of count -2 and size 0.
    expect(withTail(3, 0, 0, 0).row).toEqual(landed);
  });

  it('is rejected if its schema contains itself endlessly', () => {
    const self = writer([
      ...fields,
      { name: 'self', type: { type: 'record', name: 'Self', fields: [{ name: 'self', type: 'Self' }] } },
    ]);
    expect(self.read(body).reason).toBe('incompatible-schema');
  });
});

describe('a published schema', () => {
  it('is unknown until then', () => {
    const schemas = new WriterSchemas();
    expect(schemas.canRead('00112233aabbccdd')).toBe(false);
    expect(land(schemas.translate('00112233aabbccdd', Buffer.alloc(20))).reason).toBe('unknown-schema');
  });

  it.each([
    ['not JSON', '{'],
    ['not a schema', '{"type":"nonsense"}'],
    ['null', 'null'],
    ['a number', '7'],
    ['a schema under another’s fingerprint', callEventSchemaJson],
    ['a record of a bad name', '{"type":"record","name":"__proto__","fields":[]}'],
    ['deeper than any stack', `${'{"type":"array","items":'.repeat(50_000)}"null"${'}'.repeat(50_000)}`],
  ])('may be broken without harm: %s', (_, json) => {
    const schemas = new WriterSchemas();
    schemas.publish('00112233aabbccdd', json);
    expect(land(schemas.translate('00112233aabbccdd', Buffer.alloc(20))).reason).toBe('incompatible-schema');
    // So the topic is read again for its events: the schema itself may have been published since.
    expect(schemas.canRead('00112233aabbccdd')).toBe(false);
  });
});

it('the oracle and avsc agree on what they read', () => {
  expect(decode(Buffer.concat([Buffer.alloc(10), encodeDecoded(event)]))).toEqual(event);
});
