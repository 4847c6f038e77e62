import avro from 'avsc';
import { fingerprint, SINGLE_OBJECT_HEADER_BYTES } from '../../schemas/avro.ts';
import { callEventHeader, callEventSchemaJson } from '../../schemas/call-event.ts';
import type { Rejection } from '../../schemas/event-rules.ts';
import { readBody } from './avro-body.ts';
import { AvroReader } from './avro-reader.ts';

/** avsc misreads longs below -2^52 as numbers (design.md, Traps), so here they are BigInts. */
// oxlint-disable-next-line no-underscore-dangle -- avsc's documented way to give longs a type of their own
const longAsBigInt = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint | number) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(value));
    return bytes;
  },
  fromJSON: (value: number) => BigInt(value),
  toJSON: Number,
  // An int promoted to a long arrives as a number.
  isValid: (value: unknown) => typeof value === 'bigint' || Number.isSafeInteger(value),
  compare: (one: bigint, other: bigint) => (one < other ? -1 : Number(one > other)),
});

/** Without logical types: ids stay bytes and instants longs, as in the bytes of the current schema. */
function typeOf(schemaJson: string): avro.Type {
  const schema: avro.Schema = JSON.parse(schemaJson);
  return avro.Type.forSchema(schema, {
    typeHook: (part) => (part === 'long' || Object(part).type === 'long' ? longAsBigInt : undefined),
  });
}

type Known = { readonly type: avro.Type; readonly resolver: avro.Resolver } | { readonly broken: string };
/** More schemas are an attack or a bug; they stay unknown. */
const MAX_SCHEMAS = 10_000;

/** The writer schemas other than the current one, by fingerprint, and the translation of their events. */
export class WriterSchemas {
  readonly #current = typeOf(callEventSchemaJson);
  readonly #known = new Map<string, Known>();
  readonly #reader = new AvroReader();

  /** Takes a record of topic api-calls.schemas. Never throws: a broken schema is remembered as broken. */
  publish(fingerprintHex: string, schemaJson: string): void {
    if (this.#known.size < MAX_SCHEMAS)
      this.#known.set(fingerprintHex, this.#resolve(fingerprintHex, schemaJson));
  }

  has(fingerprintHex: string): boolean {
    return this.#known.has(fingerprintHex);
  }

  /**
   * An event of another writer schema as bytes of the current schema, for the Transcoder to read and validate.
   * @param message with a single-object header of that fingerprint
   */
  translate(fingerprintHex: string, message: Buffer): Buffer | Rejection {
    const known = this.#known.get(fingerprintHex);
    if (!known) return { reason: 'unknown-schema', detail: `fingerprint ${fingerprintHex}` };
    if ('broken' in known) return { reason: 'incompatible-schema', detail: known.broken };
    this.#reader.start(message, SINGLE_OBJECT_HEADER_BYTES);
    readBody(this.#reader, known.type, 'the event');
    this.#reader.finish();
    if (this.#reader.error !== '') return { reason: 'not-an-event', detail: this.#reader.error };
    try {
      const body = message.subarray(SINGLE_OBJECT_HEADER_BYTES);
      const event: unknown = this.#current.fromBuffer(body, known.resolver);
      return Buffer.concat([callEventHeader, this.#current.toBuffer(event)]);
    } catch (error) {
      return { reason: 'not-an-event', detail: textOf(error) };
    }
  }

  #resolve(fingerprintHex: string, schemaJson: string): Known {
    try {
      const type = typeOf(schemaJson);
      const own = fingerprint(type).toString('hex');
      if (own !== fingerprintHex)
        return { broken: `the schema published under this fingerprint has the fingerprint ${own}` };
      return { type, resolver: this.#current.createResolver(type) };
    } catch (error) {
      return { broken: textOf(error) };
    }
  }
}

const MAX_DETAIL_CHARACTERS = 300;

function textOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, MAX_DETAIL_CHARACTERS);
}
