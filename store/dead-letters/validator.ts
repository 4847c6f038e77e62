import type { RegistryAccess } from '../../platform/schema-registry/access.ts';
import { SchemaRegistry } from '../../platform/schema-registry/client.ts';
import type { EventLimits } from '../../schemas/event-validation.ts';
import { CallEventColumns } from '../decode/call-event-columns.ts';
import { cursorOf, recordOf } from '../decode/one-record.ts';
import { RecordDecoder, type ReadableMessage } from '../decode/record-decoder.ts';
import { RegistrySchemas } from '../decode/registry-schemas.ts';
import { Transcoder } from '../decode/transcode.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { SchemaReader } from './schema-reader.ts';

/** Whether a dead letter would count if it were replayed now, and if not, why. */
export interface CountsNow {
  readonly counts: boolean;
  /** Empty if it counts. One of DEAD_LETTER_REASONS, or `not-a-call`, `no-bytes`, `cut`. */
  readonly reason: string;
  readonly detail: string;
}

const COUNTS: CountsNow = { counts: true, reason: '', detail: '' };

export interface ValidatorOptions {
  /** The topic of the calls: the only one that can be replayed. */
  readonly callsTopic: string;
  readonly schemaReader: SchemaReader;
  readonly registry: RegistryAccess | undefined;
  /** The limits of the consumers, read anew for each validation. */
  readonly limits: () => Promise<EventLimits>;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

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
    const decoder = await this.#decoderFor(deadLetters);
    return deadLetters.map(
      (deadLetter) => this.#withoutBytes(deadLetter) ?? this.#countsNow(decoder, deadLetter),
    );
  }

  /** A dead letter as far as its bytes can be read; undefined where it has none. @throws as `validate` */
  async read(deadLetter: DeadLetter): Promise<ReadableMessage | undefined> {
    const value = deadLetter.bytes?.value;
    if (!value || deadLetter.topic !== this.#options.callsTopic) return undefined;
    const decoder = await this.#decoderFor([deadLetter]);
    return decoder.read(value);
  }

  /** A decoder that lacks no schema that exists now: what was absent before may have been published since. */
  async #decoderFor(deadLetters: readonly DeadLetter[]): Promise<RecordDecoder> {
    const { callsTopic, schemaReader, registry, limits } = this.#options;
    // A registry that is away fails the caller, who can repeat: no one waits for it here.
    const registrySchemas =
      registry && new RegistrySchemas(new SchemaRegistry(registry), (_what, step) => step(), 0);
    const decoder = new RecordDecoder(new Transcoder(await limits()), schemaReader.schemas, registrySchemas);
    const records = deadLetters
      .filter(({ topic }) => topic === callsTopic)
      .map(({ bytes, offset }) => recordOf(bytes?.value ?? null, offset));
    const partition = deadLetters[0]?.partition ?? 0;
    const lacks = records.map((record) => decoder.lackOf(record, partition));
    if (lacks.includes('topic')) await schemaReader.readToEnd();
    const lacking = records.filter((_, index) => lacks[index] === 'registry');
    const last = lacking.at(-1);
    if (last) await decoder.readSchemas(cursorOf(lacking), partition, 0, last.offset);
    return decoder;
  }

  #withoutBytes({ topic, bytes }: DeadLetter): CountsNow | undefined {
    const { callsTopic } = this.#options;
    if (topic !== callsTopic) {
      return { counts: false, reason: 'not-a-call', detail: `only records of ${callsTopic} can be replayed` };
    }
    if (!bytes) {
      const detail =
        'its bytes are not kept any more (DEAD_LETTER_RETENTION_DAYS), or are of an earlier release';
      return { counts: false, reason: 'no-bytes', detail };
    }
    if (!bytes.isCut) return undefined;
    return { counts: false, reason: 'cut', detail: 'its value is larger than what is kept of one' };
  }

  #countsNow(decoder: RecordDecoder, { bytes, partition, offset }: DeadLetter): CountsNow {
    const columns = this.#columns;
    columns.clear();
    const at = { partition, offset, appendedAtMs: this.#options.now() };
    const rejection = decoder.add(recordOf(bytes?.value ?? null, offset), at, columns);
    return rejection ? { counts: false, ...rejection } : COUNTS;
  }
}
