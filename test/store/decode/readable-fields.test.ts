import avro from 'avsc';
import { SINGLE_OBJECT_HEADER_BYTES, singleObjectHeader } from '../../../schemas/avro.ts';
import { callEventSchemaJson, encodeCallEvent } from '../../../schemas/call-event.ts';
import { RecordDecoder } from '../../../store/decode/record-decoder.ts';
import { Transcoder } from '../../../store/decode/transcode.ts';
import { WriterSchemas } from '../../../store/decode/writer-schemas.ts';
import { eventOf, LIMITS } from '../../consumers/event.ts';

const schemas = new WriterSchemas();
const decoder = new RecordDecoder(new Transcoder(LIMITS), schemas, undefined);
const event = eventOf();
const message = encodeCallEvent(event);

describe('a message for people', () => {
  it('has all fields of an event, with its id as text', () => {
    const { fields, stopped, encoding } = decoder.read(message);
    expect(Object.fromEntries(fields.map(({ name, value }) => [name, value]))).toMatchObject({
      event_id: event.event_id,
      occurred_at: event.occurred_at,
      user_id: event.user_id,
      status: 200,
    });
    expect([fields.length, stopped, encoding]).toEqual([16, undefined, 'single-object']);
  });

  it('has the fields up to where reading stopped, at every length', () => {
    const names = decoder.read(message).fields.map(({ name }) => name);
    for (let length = SINGLE_OBJECT_HEADER_BYTES; length < message.length; length += 1) {
      const { fields, stopped } = decoder.read(message.subarray(0, length));
      expect(fields.map(({ name }) => name)).toEqual(names.slice(0, fields.length));
      expect(stopped).toMatch(new RegExp(`^${names[fields.length]} .* at byte \\d+$`));
    }
  });

  it('says what is left behind the last field', () => {
    const { fields, stopped } = decoder.read(Buffer.concat([message, Buffer.from('more')]));
    expect([fields.length, stopped]).toEqual([16, expect.stringContaining('ends 4 bytes before')]);
  });

  it('is read by another writer schema, also fields that an event does not have', () => {
    const { fields: own, ...record }: { fields: object[] } = JSON.parse(callEventSchemaJson);
    const more = [
      { name: 'secret', type: 'bytes' },
      { name: 'big', type: 'long' },
    ];
    const json = JSON.stringify({ ...record, fields: [...own, ...more] });
    const schema: avro.Schema = JSON.parse(json);
    const type = avro.Type.forSchema(schema);
    const header = singleObjectHeader(type);
    // 2^62 as a long: avsc writes and reads numbers up to 2^53.
    const big = Buffer.from('80808080808080808001', 'hex');
    const body = message.subarray(SINGLE_OBJECT_HEADER_BYTES);
    const other = Buffer.concat([header, body, Buffer.from([4, 0xff, 0x01]), big]);
    expect(decoder.read(other)).toMatchObject({
      fields: [],
      stopped: 'its schema is not known, or cannot be read',
    });
    schemas.publish(header.toString('hex', 2), json);
    const { fields, stopped } = decoder.read(other);
    expect(stopped).toBeUndefined();
    expect(fields.slice(-2)).toEqual([
      { name: 'secret', value: 'ff01', end: other.length - big.length },
      { name: 'big', value: big.toString('hex'), end: other.length },
    ]);
  });

  it('of another encoding has no fields', () => {
    expect(decoder.read(Buffer.from('{}'))).toEqual({
      encoding: 'unknown',
      schema: undefined,
      fields: [],
      stopped: 'it has neither the header of a single object nor that of a schema registry',
    });
  });
});
