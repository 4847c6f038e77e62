import { setTimeout as delay } from 'node:timers/promises';
import type { RegistrySchema, SchemaRegistry } from '../../platform/schema-registry/client.ts';
import type { Rejection } from '../../schemas/event-rules.ts';
import { isSchemaId, REGISTRY_HEADER_BYTES } from '../../schemas/registry-framing.ts';
import { LastEntries } from '../last-entries.ts';
import { readWriterSchema, WriterSchema, WriterSchemaError } from './writer-schema.ts';

/** Schemas in memory, with those that no event can be read by. Those beyond are read again when they are needed. */
const MAX_SCHEMAS = 10_000;
/** A longer text is not parsed. */
const MAX_SCHEMA_CHARACTERS = 2 ** 20;
/** Of a partition, once the registry has answered the first. */
const REQUESTS_AT_ONCE = 8;
/** After so long a partition goes on with what it has, and waits again where it lacks another schema. */
const ROUND_MS = 1_000;
/** A registry's follower knows a new schema later than its leader, from which the publisher has the id. */
const CONFIRM_MS = 2_000;
/** Absent ids in memory. */
const MAX_ABSENT = 100_000;

/** Runs a step that reads the registry, again where it fails and the caller can wait. @param what as a log names it */
export type RegistryStep = <Result>(what: string, step: () => Promise<Result>) => Promise<Result>;

/**
 * The writer schemas of a schema registry, by id. What the registry has said of a schema stays, for a schema never
 * changes. That it has none is good only for records that were in Kafka before the question: the schema may be
 * registered later, and its records appended after that.
 */
export class RegistrySchemas {
  readonly #registry: Pick<SchemaRegistry, 'schemaById'>;
  readonly #run: RegistryStep;
  readonly #confirmMs: number;
  readonly #known = new LastEntries<number, WriterSchema | Rejection>(MAX_SCHEMAS);
  /** By partition and id: the last offset of which it is certain that its schema is absent. */
  readonly #absent = new LastEntries<string, number>(MAX_ABSENT);
  /** At most one request at a time for an id. Each resolves with whether the registry has the schema. */
  readonly #requests = new Map<number, Promise<boolean>>();

  /**
   * @param run of a consumer: repeats a request while the registry is unavailable, and logs each failure
   * @param confirmMs after which an absent schema is requested once more
   */
  constructor(registry: Pick<SchemaRegistry, 'schemaById'>, run: RegistryStep, confirmMs = CONFIRM_MS) {
    this.#registry = registry;
    this.#run = run;
    this.#confirmMs = confirmMs;
  }

  /** Whether `translate` can decide about this record now. */
  knows(id: number, partition: number, offset: number): boolean {
    if (!isSchemaId(id) || this.#known.get(id) !== undefined) return true;
    return offset <= (this.#absent.get(`${partition}:${id}`) ?? -1);
  }

  /**
   * An event as bytes of the current schema, for the Transcoder to read and validate.
   * @param message with a registry header of that id, which is known
   */
  translate(id: number, message: Buffer): Buffer | Rejection {
    const known = this.#known.get(id);
    if (known === undefined) return { reason: 'unknown-schema', detail: `schema id ${id}` };
    return known instanceof WriterSchema ? known.translate(message, REGISTRY_HEADER_BYTES) : known;
  }

  /** The schema, if it is known and events can be read by it. */
  schemaOf(id: number): WriterSchema | undefined {
    const known = this.#known.get(id);
    return known instanceof WriterSchema ? known : undefined;
  }

  /**
   * Resolves when the first of these ids, and those that a quick registry also answers, are known for the partition's
   * records up to an offset, however long the registry is unavailable.
   * @throws (rejects) only if the process gives up
   */
  async read([first, ...others]: readonly number[], partition: number, lastOffset: number): Promise<void> {
    if (first === undefined) return;
    const deadline = performance.now() + ROUND_MS;
    // Alone, so that a registry in trouble gets one request from a partition.
    const missing = await this.#missing([first]);
    missing.push(...(await this.#missing(others, deadline)));
    if (missing.length > 0) await delay(this.#confirmMs);
    for (const id of await this.#missing(missing)) this.#absent.set(`${partition}:${id}`, lastOffset);
  }

  /** Which of the ids the registry does not have. @param deadline when no further ids are requested */
  async #missing(ids: readonly number[], deadline = Infinity): Promise<number[]> {
    const missing: number[] = [];
    const left = ids.values();
    const work = async (): Promise<void> => {
      for (const id of left) {
        if (performance.now() > deadline) return;
        if (!(await this.#has(id))) missing.push(id);
      }
    };
    await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, work));
    return missing;
  }

  async #has(id: number): Promise<boolean> {
    if (this.#known.get(id) !== undefined) return true;
    // Another partition's request may have been sent before this one's record was appended.
    if (await this.#requests.get(id)) return true;
    return this.#requests.get(id) ?? this.#request(id);
  }

  #request(id: number): Promise<boolean> {
    const read = () => this.#registry.schemaById(id);
    const request = this.#run(`reading schema ${id} from the schema registry`, read)
      .then((schema) => {
        if (schema) this.#known.set(id, writerSchemaOf(id, schema));
        return schema !== undefined;
      })
      .finally(() => this.#requests.delete(id));
    this.#requests.set(id, request);
    return request;
  }
}

function writerSchemaOf(id: number, { type, text, hasReferences }: RegistrySchema): WriterSchema | Rejection {
  return readWriterSchema(() => {
    if (type !== 'AVRO') throw new WriterSchemaError(`schema ${id} is of type ${type}, not AVRO`);
    if (hasReferences) {
      throw new WriterSchemaError(
        `schema ${id} refers to other schemas: register it as a whole, without references`,
      );
    }
    if (text.length > MAX_SCHEMA_CHARACTERS) {
      throw new WriterSchemaError(
        `schema ${id} has ${text.length} characters: at most ${MAX_SCHEMA_CHARACTERS} are read`,
      );
    }
    return new WriterSchema(text);
  });
}
