/**
 * The framing of records whose schema is in a schema registry: a magic byte 0, the schema's id (4 bytes, big endian),
 * the Avro body. Source: Confluent Schema Registry, "Wire format".
 */
export const REGISTRY_HEADER_BYTES = 5;
/** A registry gives out signed 32-bit integers, from 1 on. */
export const MAX_SCHEMA_ID = 2 ** 31 - 1;
const MAGIC_BYTE = 0;

/** Whether a registry can have given out this id. */
export function isSchemaId(id: number): boolean {
  return Number.isInteger(id) && id >= 1 && id <= MAX_SCHEMA_ID;
}

/** The 5 bytes before every body of that schema. @param schemaId 1 to 2^31 - 1 */
export function registryHeader(schemaId: number): Buffer {
  const header = Buffer.alloc(REGISTRY_HEADER_BYTES, MAGIC_BYTE);
  header.writeUInt32BE(schemaId, 1);
  return header;
}

/** The id in a message's header, 0 to 2^32 - 1, or undefined if the message has no such header. */
export function schemaIdOf(message: Buffer): number | undefined {
  if (message.length < REGISTRY_HEADER_BYTES || message[0] !== MAGIC_BYTE) return undefined;
  return message.readUInt32BE(1);
}
