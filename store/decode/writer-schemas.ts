import { SINGLE_OBJECT_HEADER_BYTES } from '../../schemas/avro.ts';
import type { Rejection } from '../../schemas/event-rules.ts';
import { LastEntries } from '../last-entries.ts';
import { readWriterSchema, WriterSchema, WriterSchemaError } from './writer-schema.ts';

/** More schemas are an attack or a bug; those beyond stay unknown. */
const MAX_SCHEMAS = 10_000;
/** Of the schemas that no event can be read by, the last ones, so that a dead letter can say what is wrong. */
const MAX_BROKEN = 1_000;

/** The writer schemas other than the current one, by fingerprint, and the translation of their events. */
export class WriterSchemas {
  readonly #known = new Map<string, WriterSchema>();
  readonly #broken = new LastEntries<string, Rejection>(MAX_BROKEN);

  /**
   * Takes a record of topic api-calls.schemas. Never throws: a broken schema is remembered as broken. A schema that
   * was verified stays, whatever is published under its fingerprint later.
   */
  publish(fingerprintHex: string, schemaJson: string): void {
    if (this.#known.has(fingerprintHex) || this.#known.size >= MAX_SCHEMAS) return;
    const schema = readWriterSchema(() => {
      const read = new WriterSchema(schemaJson);
      if (read.fingerprintHex === fingerprintHex) return read;
      throw new WriterSchemaError(
        `the schema published under this fingerprint has the fingerprint ${read.fingerprintHex}`,
      );
    });
    if (schema instanceof WriterSchema) {
      this.#known.set(fingerprintHex, schema);
      this.#broken.delete(fingerprintHex);
    } else this.#broken.set(fingerprintHex, schema);
  }

  /**
   * Whether events of this schema can be read. False for a broken one too: what was published under the fingerprint of a
   * schema before the schema itself must not hide it.
   */
  canRead(fingerprintHex: string): boolean {
    return this.#known.has(fingerprintHex);
  }

  /**
   * An event of another writer schema as bytes of the current schema, for the Transcoder to read and validate.
   * @param message with a single-object header of that fingerprint
   */
  translate(fingerprintHex: string, message: Buffer): Buffer | Rejection {
    const known = this.#known.get(fingerprintHex);
    if (known) return known.translate(message, SINGLE_OBJECT_HEADER_BYTES);
    return (
      this.#broken.get(fingerprintHex) ?? {
        reason: 'unknown-schema',
        detail: `fingerprint ${fingerprintHex}`,
      }
    );
  }

  /** The schema; undefined where `canRead` is false. */
  schemaOf(fingerprintHex: string): WriterSchema | undefined {
    return this.#known.get(fingerprintHex);
  }
}
