import type avro from 'avsc';

/**
 * Avro single-object encoding: C3 01, the schema's 8-byte CRC-64-AVRO fingerprint (little endian), the body.
 * Source: Avro specification, "Single-object encoding" and "Schema fingerprints".
 */
export const SINGLE_OBJECT_HEADER_BYTES = 10;
const MARKER = Buffer.from([0xc3, 0x01]);

const EMPTY = 0xc15d213aa4d7a795n;
const TABLE = Array.from({ length: 256 }, (_, byte) => {
  let value = BigInt(byte);
  for (let bit = 0; bit < 8; bit += 1) value = (value >> 1n) ^ (value & 1n ? EMPTY : 0n);
  return value;
});

/** CRC-64-AVRO of a schema's canonical form: the 8 bytes in a single-object header. */
export function fingerprint(type: avro.Type): Buffer {
  let crc = EMPTY;
  for (const byte of Buffer.from(JSON.stringify(type.schema()), 'utf8')) {
    crc = (crc >> 8n) ^ (TABLE[Number((crc ^ BigInt(byte)) & 0xffn)] ?? 0n);
  }
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(crc);
  return bytes;
}

/** The 10 bytes before every body written with this schema. */
export function singleObjectHeader(type: avro.Type): Buffer {
  return Buffer.concat([MARKER, fingerprint(type)]);
}

/** The fingerprint in a message's header as 16 hex digits, or undefined if the message has no such header. */
export function fingerprintOf(message: Buffer): string | undefined {
  if (message.length < SINGLE_OBJECT_HEADER_BYTES || message[0] !== MARKER[0] || message[1] !== MARKER[1]) {
    return undefined;
  }
  return message.toString('hex', 2, SINGLE_OBJECT_HEADER_BYTES);
}

/** The message is not of a known schema of its topic. */
export class UnknownSchemaError extends Error {
  readonly code = 'UNKNOWN_SCHEMA';
  constructor(what: string, fingerprintHex: string | undefined) {
    super(`not a ${what} of a known schema (fingerprint ${fingerprintHex ?? 'missing'})`);
    this.name = 'UnknownSchemaError';
  }
}

/** Most messages fit. It is used anew for each. */
const scratch = Buffer.allocUnsafeSlow(16 * 1024);

/** A value as a single-object message. @throws avsc's error, which names the path, if the value is not of the type */
export function encodeSingleObject(type: avro.Type, header: Buffer, value: unknown): Buffer {
  const end = type.encode(value, scratch, header.length);
  // Negative where it does not fit.
  if (end < 0) return Buffer.concat([header, type.toBuffer(value)]);
  header.copy(scratch);
  const message = Buffer.allocUnsafe(end);
  scratch.copy(message, 0, 0, end);
  return message;
}
