import type { RegistryAccess } from '../../platform/schema-registry/access.ts';
import { SchemaRegistry, SchemaRegistryError } from '../../platform/schema-registry/client.ts';
import type { EventLimits } from '../../schemas/event-validation.ts';
import { CallEventColumns } from '../decode/call-event-columns.ts';
import { cursorOf, recordOf } from '../decode/one-record.ts';
import { RecordDecoder, type ReadableMessage } from '../decode/record-decoder.ts';
import { RegistrySchemas } from '../decode/registry-schemas.ts';
import { Transcoder } from '../decode/transcode.ts';
import type { DeadLetter } from './dead-letter.ts';
import { replayObstacle, type Obstacle } from './replayable.ts';
import { SchemasUnavailableError, type SchemaReader } from './schema-reader.ts';

/** Whether a dead letter would count if it were replayed now; if it does not, its reason says why. */
export interface CountsNow extends Obstacle {
  readonly counts: boolean;
}

/** A dead letter as people read it. */
export interface Examination {
  readonly countsNow: CountsNow;
  /** Undefined without bytes, and for records of other topics. */
  readonly message: ReadableMessage | undefined;
}

export interface ValidatorOptions {
  readonly callsTopic: string;
  readonly schemaReader: SchemaReader;
  readonly registry: RegistryAccess | undefined;
  /** The limits of the consumers, read anew for each validation. */
  readonly limits: () => Promise<EventLimits>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const COUNTS: CountsNow = { counts: true, reason: '', detail: '' };

/**
 * Decodes and validates dead letters by the code with which consumers land records: what validates here counts there.
 * A replay is appended anew, so the time rules go by the present time.
 */
export class DeadLetterValidator {
  readonly #options: ValidatorOptions;
  readonly #columns = new CallEventColumns(1);

  constructor(options: ValidatorOptions) {
    this.#options = options;
  }

  /**
   * @param deadLetters of one partition
   * @returns in their order
   * @throws SchemasUnavailableError, SchemaRegistryError: a schema could not be looked up
   */
  async validate(deadLetters: readonly DeadLetter[]): Promise<CountsNow[]> {
    const decoder = await this.#newDecoder();
    await this.#readSchemas(decoder, deadLetters);
    return deadLetters.map((deadLetter) => this.#countsNow(decoder, deadLetter));
  }

  /** Validates one and reads its fields. Where a schema cannot be looked up, it says so, and all the rest is there. */
  async examine(deadLetter: DeadLetter): Promise<Examination> {
    const { topic, bytes } = deadLetter;
    const decoder = await this.#newDecoder();
    const value = topic === this.#options.callsTopic ? bytes?.value : undefined;
    let countsNow: CountsNow;
    try {
      await this.#readSchemas(decoder, [deadLetter]);
      countsNow = this.#countsNow(decoder, deadLetter);
    } catch (error) {
      const isAway = error instanceof SchemasUnavailableError || error instanceof SchemaRegistryError;
      if (!isAway) throw error;
      countsNow = { counts: false, reason: 'not-checked', detail: error.message };
    }
    return { countsNow, message: value ? decoder.read(value) : undefined };
  }

  /**
   * Reads messages as far as possible.
   * @param deadLetters of one partition
   * @returns in their order; undefined without bytes, and for records of other topics
   * @throws SchemasUnavailableError, SchemaRegistryError: a schema could not be looked up
   */
  async read(deadLetters: readonly DeadLetter[]): Promise<(ReadableMessage | undefined)[]> {
    const decoder = await this.#newDecoder();
    await this.#readSchemas(decoder, deadLetters);
    return deadLetters.map(({ topic, bytes }) => {
      const value = topic === this.#options.callsTopic ? bytes?.value : undefined;
      return value ? decoder.read(value) : undefined;
    });
  }

  /** With an own memory of the registry: an id that was absent before may have been registered since. */
  async #newDecoder(): Promise<RecordDecoder> {
    const { schemaReader, registry, limits } = this.#options;
    // A registry that is away fails the caller, who can repeat: no one waits for it here.
    const registrySchemas =
      registry && new RegistrySchemas(new SchemaRegistry(registry), (_what, step) => step(), 0);
    return new RecordDecoder(new Transcoder(await limits()), schemaReader.schemas, registrySchemas);
  }

  async #readSchemas(decoder: RecordDecoder, deadLetters: readonly DeadLetter[]): Promise<void> {
    const { callsTopic, schemaReader } = this.#options;
    const records = deadLetters
      .filter(({ topic }) => topic === callsTopic)
      .map(({ bytes, offset }) => recordOf(bytes?.value ?? null, offset));
    const partition = deadLetters[0]?.partition ?? 0;
    const lacks = records.map((record) => decoder.lackOf(record, partition));
    if (lacks.includes('topic')) await schemaReader.readToEnd();
    for (;;) {
      const lacking = records.filter((record) => decoder.lackOf(record, partition) === 'registry');
      const last = lacking.at(-1);
      if (!last) return;
      // It answers at least for the first of them.
      await decoder.readSchemas(cursorOf(lacking), partition, 0, last.offset);
    }
  }

  #countsNow(decoder: RecordDecoder, deadLetter: DeadLetter): CountsNow {
    const obstacle =
      replayObstacle(deadLetter, this.#options.callsTopic) ?? this.#rejection(decoder, deadLetter);
    return obstacle ? { counts: false, ...obstacle } : COUNTS;
  }

  #rejection(decoder: RecordDecoder, { bytes, partition, offset }: DeadLetter): Obstacle | undefined {
    const columns = this.#columns;
    columns.clear();
    const at = { partition, offset, appendedAtMs: this.#options.now() };
    return decoder.add(recordOf(bytes?.value ?? null, offset), at, columns);
  }
}
