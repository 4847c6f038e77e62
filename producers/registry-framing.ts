import { SINGLE_OBJECT_HEADER_BYTES } from '../schemas/avro.ts';
import { registryHeader } from '../schemas/registry-framing.ts';
import type { OutgoingRecord, Transport } from './transport.ts';

/**
 * A transport whose records are framed for a schema registry. They are framed when they are sent: whatever waits
 * before is single-object encoded, whether or not the registry is available.
 */
export class RegistryFraming implements Transport {
  readonly #inner: Transport;
  readonly #schemaId: () => Promise<number>;
  readonly #onClose: () => void;
  #header: Buffer | undefined;

  /** @param schemaId of the current schema; called until it resolves for the first time */
  constructor(inner: Transport, schemaId: () => Promise<number>, onClose: () => void) {
    this.#inner = inner;
    this.#schemaId = schemaId;
    this.#onClose = onClose;
  }

  /** @throws SchemaRegistryError, after which a repeat is harmless; what `inner` throws */
  async send(records: readonly OutgoingRecord[]): Promise<void> {
    const header = (this.#header ??= registryHeader(await this.#schemaId()));
    await this.#inner.send(
      records.map(({ key, value: encoded, headers }) => {
        const value = Buffer.concat([header, encoded.subarray(SINGLE_OBJECT_HEADER_BYTES)]);
        return headers ? { key, value, headers } : { key, value };
      }),
    );
  }

  async close(): Promise<void> {
    this.#onClose();
    await this.#inner.close();
  }
}
