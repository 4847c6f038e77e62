import type { Admin, Kafka } from 'kafkajs';
import { SchemaTopic } from '../decode/schema-topic.ts';
import { WriterSchemas } from '../decode/writer-schemas.ts';
import { endsWithin } from '../../platform/deadline.ts';
import type { Logger } from '../../platform/logging.ts';

const READ_WITHIN_MS = 15_000;

/** The topic of writer schemas could not be read: whether a record can be read by one of them is not known. */
export class SchemasUnavailableError extends Error {
  readonly code = 'SCHEMAS_UNAVAILABLE';
  constructor(topic: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : `no answer within ${READ_WITHIN_MS / 1_000} s`;
    super(`The writer schemas in ${topic} cannot be read: ${reason}. Try again once Kafka answers.`, {
      cause,
    });
    this.name = 'SchemasUnavailableError';
  }
}

/** The writer schemas of the topic, read when they are first needed and then up to its end each time. */
export class SchemaReader {
  readonly schemas = new WriterSchemas();
  readonly #kafka: Kafka;
  readonly #topic: string;
  readonly #group: string;
  readonly #logger: Logger;
  #opened: Promise<{ readonly admin: Admin; readonly reader: SchemaTopic }> | undefined;

  /** @param group the prefix of this reader's own group, which commits nothing */
  constructor(kafka: Kafka, topic: string, group: string, logger: Logger) {
    this.#kafka = kafka;
    this.#topic = topic;
    this.#group = group;
    this.#logger = logger;
  }

  /** Resolves when every schema that the topic holds now is known. @throws SchemasUnavailableError */
  async readToEnd(): Promise<void> {
    const isRead = await endsWithin(this.#read(), READ_WITHIN_MS).catch((error: unknown) => {
      throw new SchemasUnavailableError(this.#topic, error);
    });
    if (!isRead) throw new SchemasUnavailableError(this.#topic, undefined);
  }

  /** Where it is still connecting, that ends by itself: its client repeats it a few times. */
  async close(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    await Promise.all([opened?.reader.stop(), opened?.admin.disconnect()]);
  }

  async #read(): Promise<void> {
    this.#opened ??= this.#open().catch((error: unknown) => this.#forget(error));
    const { reader } = await this.#opened;
    await reader.readToEnd(() => Promise.resolve());
  }

  async #open() {
    const admin = this.#kafka.admin();
    await admin.connect();
    // A reader that gave up is replaced at the next reading.
    const onCrash = () => (this.#opened = undefined);
    const reader = new SchemaTopic(
      this.#kafka,
      admin,
      this.#topic,
      this.#group,
      this.schemas,
      this.#logger,
      onCrash,
    );
    return { admin, reader };
  }

  #forget(error: unknown): never {
    this.#opened = undefined;
    throw error;
  }
}
