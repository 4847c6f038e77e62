import avro from 'avsc';
import { fingerprint, fingerprintOf } from '../../schemas/avro.ts';
import { callEventHeader, callEventSchemaJson } from '../../schemas/call-event.ts';
import type { Rejection } from '../../schemas/event-rules.ts';
import { readBody } from './avro-body.ts';
import { AvroReader } from './avro-reader.ts';
import { readFields, type ReadableFields } from './readable-fields.ts';
import { canResolve, isUnion, nameOf, resolveValue, unqualified } from './schema-resolution.ts';

const { types } = avro;

/** A writer schema that no event can be read by, and why. */
export class WriterSchemaError extends Error {
  readonly code = 'WRITER_SCHEMA';
  constructor(problem: string) {
    super(problem);
    this.name = 'WriterSchemaError';
  }
}

/**
 * So many values an event of a schema may have at the least. A schema of 32 nested records of two fields each has
 * 2^32 in an event of 55 bytes.
 */
const MAX_NESTED_VALUES = 10_000;

const MAX_DETAIL_CHARACTERS = 300;

const current = parse(callEventSchemaJson);
if (!(current instanceof types.RecordType)) throw new Error('schemas/call-event.avsc must be a record.');
const CURRENT_NAME = unqualified(current.name);
const CURRENT_FIELDS = current.fields;
const CURRENT_FINGERPRINT = fingerprintOf(callEventHeader);

/** A writer schema whose events can be read. */
export class WriterSchema {
  readonly fingerprintHex: string;
  readonly #root: avro.Type;
  /** Of the fields that the writer leaves out: their defaults. By the place of the field in the current schema. */
  readonly #defaults: readonly (readonly Buffer[])[];
  readonly #reader = new AvroReader();

  /** @throws WriterSchemaError if none of its events can be resolved; avsc's error if it is not an Avro schema */
  constructor(schemaJson: string) {
    this.#root = parse(schemaJson);
    this.fingerprintHex = fingerprint(this.#root).toString('hex');
    if (countValues(this.#root) > MAX_NESTED_VALUES) {
      throw new WriterSchemaError(`each of its events has over ${MAX_NESTED_VALUES} nested values`);
    }
    const records = branchesOf(this.#root).filter(isCallEvent);
    if (records.length === 0) {
      throw new WriterSchemaError(`it is ${nameOf(this.#root)}, not a record named ${CURRENT_NAME}`);
    }
    this.#defaults = CURRENT_FIELDS.map((field) => defaultOf(field, records));
  }

  /**
   * An event as bytes of the current schema, for the Transcoder to read and validate.
   * @param start where the body begins, behind the message's header
   */
  translate(message: Buffer, start: number): Buffer | Rejection {
    if (this.fingerprintHex === CURRENT_FINGERPRINT) {
      return Buffer.concat([callEventHeader, message.subarray(start)]);
    }
    const event = this.#open(message, start);
    if ('reason' in event) return event;
    const reader = this.#reader;
    const values = [...this.#defaults];
    for (const { name, type: writer } of event.fields) {
      const index = CURRENT_FIELDS.findIndex((field) => field.name === name);
      const target = CURRENT_FIELDS[index];
      if (target) values[index] = resolveValue(reader, writer, target.type, name);
      else readBody(reader, writer, name);
    }
    reader.finish();
    return reader.error === ''
      ? Buffer.concat([callEventHeader, ...values.flat()])
      : notAnEvent(reader.error);
  }

  /** An event as far as it can be read. @param start where the body begins */
  read(message: Buffer, start: number): ReadableFields {
    const event = this.#open(message, start);
    return 'reason' in event ? { fields: [], stopped: event.detail } : readFields(this.#reader, event);
  }

  /** Begins to read a message: with the branch of each union around the event. @returns the event's record */
  #open(message: Buffer, start: number): avro.types.RecordType | Rejection {
    const reader = this.#reader;
    reader.start(message, start);
    let type = this.#root;
    while (isUnion(type)) {
      const branch: avro.Type | undefined = type.types[reader.int('the event')];
      if (!branch) return notAnEvent('the event has no such branch');
      type = branch;
    }
    if (isCallEvent(type)) return type;
    return notAnEvent(`the event is ${nameOf(type)}, not a record named ${CURRENT_NAME}`);
  }
}

/** @returns the schema, or why events of it are rejected, where `read` throws */
export function readWriterSchema(read: () => WriterSchema): WriterSchema | Rejection {
  try {
    return read();
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { reason: 'incompatible-schema', detail: problem.slice(0, MAX_DETAIL_CHARACTERS) };
  }
}

const notAnEvent = (detail: string): Rejection => ({ reason: 'not-an-event', detail });

/** Logical types are left out: ids stay bytes and instants longs, as in the bytes of the current schema. */
function parse(schemaJson: string): avro.Type {
  const schema: avro.Schema = JSON.parse(schemaJson);
  return avro.Type.forSchema(schema);
}

function branchesOf(type: avro.Type): readonly avro.Type[] {
  return isUnion(type) ? type.types : [type];
}

function isCallEvent(type: avro.Type): type is avro.types.RecordType {
  return type instanceof types.RecordType && unqualified(type.name) === CURRENT_NAME;
}

/** Its default, where some record leaves the field out. Throws WriterSchemaError if there is none, or no value fits. */
function defaultOf(field: avro.types.Field, records: readonly avro.types.RecordType[]): readonly Buffer[] {
  for (const { fields } of records) {
    const written = fields.find(({ name }) => name === field.name);
    if (written && !canResolve(written.type, field.type)) {
      const problem = `its field ${field.name} is ${nameOf(written.type)} where ${nameOf(field.type)} is required`;
      throw new WriterSchemaError(problem);
    }
    if (!written && field.defaultValue() === undefined) {
      throw new WriterSchemaError(`it lacks the field ${field.name}, which has no default`);
    }
  }
  const value: unknown = field.defaultValue();
  return value === undefined ? [] : [field.type.toBuffer(value)];
}

/** How many values the smallest event has: lists and maps may be empty, and of a union one branch is there. */
function countValues(type: avro.Type, counted = new Map<avro.Type, number>()): number {
  if (isUnion(type)) return 1 + Math.min(...type.types.map((branch) => countValues(branch, counted)));
  if (!(type instanceof types.RecordType)) return 1;
  const before = counted.get(type);
  if (before !== undefined) return before;
  // A record that contains itself has no smallest event.
  counted.set(type, Infinity);
  const count = type.fields.reduce((sum, field) => sum + countValues(field.type, counted), 1);
  counted.set(type, count);
  return count;
}
