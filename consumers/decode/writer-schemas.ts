import type { Rejection } from '../../schemas/event-rules.ts';
import { WriterSchema } from './writer-schema.ts';

/** More schemas are an attack or a bug; those beyond stay unknown. */
const MAX_SCHEMAS = 10_000;
/** Of the schemas that no event can be read by, the last ones, so that a dead letter can say what is wrong. */
const MAX_BROKEN = 1_000;
const MAX_DETAIL_CHARACTERS = 300;

/** The writer schemas other than the current one, by fingerprint, and the translation of their events. */
export class WriterSchemas {
  readonly #known = new Map<string, WriterSchema>();
  readonly #broken = new Map<string, string>();

  /**
   * Takes a record of topic api-calls.schemas. Never throws: a broken schema is remembered as broken. A schema that
   * was verified stays, whatever is published under its fingerprint later.
   */
  publish(fingerprintHex: string, schemaJson: string): void {
    if (this.#known.has(fingerprintHex) || this.#known.size >= MAX_SCHEMAS) return;
    try {
      this.#known.set(fingerprintHex, new WriterSchema(fingerprintHex, schemaJson));
      this.#broken.delete(fingerprintHex);
    } catch (error) {
      this.#rememberBroken(fingerprintHex, error instanceof Error ? error.message : String(error));
    }
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
    if (known) {
      const translated = known.translate(message);
      return typeof translated === 'string' ? { reason: 'not-an-event', detail: translated } : translated;
    }
    const problem = this.#broken.get(fingerprintHex);
    return problem === undefined
      ? { reason: 'unknown-schema', detail: `fingerprint ${fingerprintHex}` }
      : { reason: 'incompatible-schema', detail: problem };
  }

  #rememberBroken(fingerprintHex: string, problem: string): void {
    this.#broken.delete(fingerprintHex);
    this.#broken.set(fingerprintHex, problem.slice(0, MAX_DETAIL_CHARACTERS));
    for (const oldest of this.#broken.keys()) {
      if (this.#broken.size <= MAX_BROKEN) break;
      this.#broken.delete(oldest);
    }
  }
}
