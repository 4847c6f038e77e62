import type { RegistryOptions } from '../../platform/schema-registry/options.ts';

/** A schema registry with Confluent's REST API, and how the SDK's schema is found there. */
export interface SchemaRegistryOptions extends RegistryOptions {
  /** Default: the call topic's name and `-value`. */
  readonly subject?: string;
  /** Register the schema where the subject does not have it. Default false: it is only looked up. */
  readonly register?: boolean;
}

/** Records with a magic byte and a schema id, as Confluent's serialisers write them: the id, or where to find it. */
export type Framing = { readonly schemaId: number } | { readonly registry: SchemaRegistryOptions };
