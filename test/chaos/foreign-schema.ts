import avro from 'avsc';
import type { Message } from 'kafkajs';
import { fingerprint, SINGLE_OBJECT_HEADER_BYTES, singleObjectHeader } from '../../schemas/avro.ts';
import { callEventSchemaJson } from '../../schemas/call-event.ts';
import { eventOf } from '../consumers/event.ts';
import type { Call } from './traffic.ts';

/** A publisher that is not ours, with a schema of its own. */
export interface ForeignWriter {
  /** What announces the schema. */
  readonly schema: Message;
  /** A call as this publisher encodes it. */
  encode(call: Call): Buffer;
  /** The event id of such a record; undefined for any other. */
  eventIdOf(value: Buffer): string | undefined;
}

/** Other order, one field more, narrower numbers. */
export const foreignWriter = writerOf(
  schemaOf('CallEvent', (fields) => [
    ...fields
      .toReversed()
      .map((field) => (field.name === 'units' ? Object.assign({}, field, { type: 'int' }) : field)),
    { name: 'region', type: 'string' },
  ]),
);

/** Its calls come before its schema. */
export const lateWriter = writerOf(
  schemaOf('CallEvent', (fields) => [{ name: 'region', type: 'string' }, ...fields]),
);

/** What was published under the foreign schema's fingerprint without being it. */
export const junkUnderForeignKey: Message = { ...foreignWriter.schema, value: callEventSchemaJson };

/** A schema that no transaction has committed, to be published in one that is aborted. */
export const abortedSchema: Message = announced(
  schemaOf('CallEvent', (fields) => [...fields, { name: 'aborted', type: 'string' }]),
);

const DEPTH = 24;
/** Each level has two of the one below, so an event without a byte has 2^24 values. */
const multiplyingJson = schemaOf('CallEvent', (fields) => [...fields, { name: 'bomb', type: level(DEPTH) }]);
export const multiplyingSchema: Message = announced(multiplyingJson);
/** A record that claims to be an event of that schema. */
export const multipliedRecord = Buffer.concat([
  singleObjectHeader(typeOf(multiplyingJson)),
  Buffer.alloc(60),
]);

const JUNK_VALUES = [
  '{',
  '7',
  'null',
  '{"type":"nonsense"}',
  '{"type":"record","name":"CallEvent","fields":[]}',
];
/** Records that are not schemas, each under a key of its own. */
export const junkSchemas = (count: number): Message[] =>
  Array.from({ length: count }, (_, index) => ({
    key: index.toString(16).padStart(16, '0'),
    value: JUNK_VALUES[index % JUNK_VALUES.length] ?? '',
  }));

interface Field {
  readonly name: string;
  readonly type: avro.Schema;
}

function writerOf(json: string): ForeignWriter {
  const type = typeOf(json);
  const header = singleObjectHeader(type);
  return {
    schema: announced(json),
    encode: (call) => {
      const event_id = Buffer.from(call.event_id.replaceAll('-', ''), 'hex');
      return Buffer.concat([header, type.toBuffer({ ...eventOf(call), event_id, region: 'eu' })]);
    },
    eventIdOf: (value) => {
      if (!value.subarray(0, SINGLE_OBJECT_HEADER_BYTES).equals(header)) return undefined;
      const event: { readonly event_id: Buffer } = type.fromBuffer(
        value.subarray(SINGLE_OBJECT_HEADER_BYTES),
      );
      return event.event_id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    },
  };
}

function schemaOf(name: string, change: (fields: readonly Field[]) => readonly Field[]): string {
  const { fields }: { readonly fields: readonly Field[] } = JSON.parse(callEventSchemaJson);
  return JSON.stringify({ type: 'record', name, namespace: 'io.apicredits', fields: change(fields) });
}

function typeOf(json: string): avro.Type {
  const schema: avro.Schema = JSON.parse(json);
  return avro.Type.forSchema(schema);
}

function announced(json: string): Message {
  return { key: fingerprint(typeOf(json)).toString('hex'), value: json };
}

function level(depth: number): avro.Schema {
  if (depth === 0) return 'null';
  const below = level(depth - 1);
  const fields = [
    { name: 'one', type: below },
    { name: 'other', type: depth === 1 ? below : `Level${depth - 1}` },
  ];
  return { type: 'record', name: `Level${depth}`, fields };
}
