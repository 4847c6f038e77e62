import type { RecordCursor } from '../../platform/kafka/record-cursor.ts';
import { fingerprintOf, SINGLE_OBJECT_HEADER_BYTES } from '../../schemas/avro.ts';
import { callEventSchemaJson } from '../../schemas/call-event.ts';
import type { Rejection } from '../../schemas/event-rules.ts';
import { REGISTRY_HEADER_BYTES, schemaIdOf } from '../../schemas/registry-framing.ts';
import type { CallEventColumns } from './call-event-columns.ts';
import type { ReadableFields } from './readable-fields.ts';
import type { RegistrySchemas } from './registry-schemas.ts';
import { isCurrentSchema, type Coordinate, type Transcoder } from './transcode.ts';
import { WriterSchema } from './writer-schema.ts';
import type { WriterSchemas } from './writer-schemas.ts';

/** The record at a cursor. */
export type EventRecord = Pick<RecordCursor, 'bytes' | 'valueStart' | 'valueEnd' | 'value' | 'offset'>;

/** A message as far as it can be read, and what its header names. */
export interface ReadableMessage extends ReadableFields {
  readonly encoding: 'single-object' | 'registry' | 'unknown';
  /** The fingerprint or the registry's id of the writer schema, as the header has it. */
  readonly schema: string | undefined;
}

/** Walks through records: a RecordCursor. */
export type EventCursor = Pick<RecordCursor, 'next' | 'offset' | 'value'>;

/** Schemas that one wait reads at the most, so that those of all partitions fit in memory. */
const MAX_SCHEMAS_AT_ONCE = 2_000;

/** Reads records by their header: of the current schema, another writer schema, or a schema of the registry. */
export class RecordDecoder {
  readonly #transcoder: Transcoder;
  readonly #schemas: WriterSchemas;
  readonly #registry: RegistrySchemas | undefined;

  constructor(transcoder: Transcoder, schemas: WriterSchemas, registry: RegistrySchemas | undefined) {
    this.#transcoder = transcoder;
    this.#schemas = schemas;
    this.#registry = registry;
  }

  /**
   * What must be read before `add`: the topic of writer schemas, in case it has the record's, or the schema registry.
   * @returns undefined if nothing
   */
  lackOf(record: EventRecord, partition: number): 'topic' | 'registry' | undefined {
    if (isCurrent(record)) return undefined;
    const { value, offset } = record;
    if (value === null) return undefined;
    const writer = fingerprintOf(value);
    if (writer !== undefined) return this.#schemas.canRead(writer) ? undefined : 'topic';
    return this.#lackedSchemaId(value, partition, offset) === undefined ? undefined : 'registry';
  }

  /**
   * Reads from the registry what these records of a partition lack, so that at least the first of them can be added.
   * @param records some of which may stand before `firstOffset`, and are passed over
   * @throws (rejects) only if the process gives up
   */
  readSchemas(
    records: EventCursor,
    partition: number,
    firstOffset: number,
    lastOffset: number,
  ): Promise<void> {
    const ids = new Set<number>();
    while (ids.size < MAX_SCHEMAS_AT_ONCE && records.next()) {
      const { offset, value } = records;
      if (offset < firstOffset || value === null) continue;
      const id = this.#lackedSchemaId(value, partition, offset);
      if (id !== undefined) ids.add(id);
    }
    return this.#registry?.read([...ids], partition, lastOffset) ?? Promise.resolve();
  }

  /** Adds the event as a row, or adds nothing. @returns why the event is rejected */
  add(record: EventRecord, at: Coordinate, columns: CallEventColumns): Rejection | undefined {
    if (isCurrent(record)) {
      return this.#transcoder.add(record.bytes, at, columns, record.valueStart, record.valueEnd);
    }
    const { value } = record;
    if (value === null) return { reason: 'not-an-event', detail: 'a null value' };
    const translated = this.#translate(value);
    return Buffer.isBuffer(translated) ? this.#transcoder.add(translated, at, columns) : translated;
  }

  /** A message for people, as far as it can be read by the schemas that are known. */
  read(message: Buffer): ReadableMessage {
    const writer = fingerprintOf(message);
    if (writer !== undefined) {
      const schema = isCurrentSchema(message)
        ? new WriterSchema(callEventSchemaJson)
        : this.#schemas.schemaOf(writer);
      const read = schema?.read(message, SINGLE_OBJECT_HEADER_BYTES) ?? UNREADABLE;
      return { encoding: 'single-object', schema: writer, ...read };
    }
    const id = schemaIdOf(message);
    if (id === undefined) return { encoding: 'unknown', schema: undefined, fields: [], stopped: NO_HEADER };
    const read = this.#registry?.schemaOf(id)?.read(message, REGISTRY_HEADER_BYTES) ?? UNREADABLE;
    return { encoding: 'registry', schema: String(id), ...read };
  }

  #translate(value: Buffer): Buffer | Rejection {
    const writer = fingerprintOf(value);
    if (writer !== undefined) return this.#schemas.translate(writer, value);
    const id = schemaIdOf(value);
    if (id === undefined) return { reason: 'not-an-event', detail: 'no single-object header C3 01' };
    if (this.#registry) return this.#registry.translate(id, value);
    const detail = `no single-object header C3 01; to read it by schema ${id} of a registry, set SCHEMA_REGISTRY_URL`;
    return { reason: 'not-an-event', detail };
  }

  #lackedSchemaId(value: Buffer, partition: number, offset: number): number | undefined {
    const id = schemaIdOf(value);
    const isKnown = id === undefined || this.#registry?.knows(id, partition, offset) !== false;
    return isKnown ? undefined : id;
  }
}

const NO_HEADER = 'it has neither the header of a single object nor that of a schema registry';
const UNREADABLE: ReadableFields = { fields: [], stopped: 'its schema is not known, or cannot be read' };

/** A null value has no header. */
function isCurrent({ bytes, valueStart, valueEnd }: EventRecord): boolean {
  return isCurrentSchema(bytes, valueStart, valueEnd);
}
