/**
 * Event ids are UUIDv7 (RFC 9562): 48 bits of milliseconds, version 7, variant 10, 74 random bits.
 * The timestamp equals the event's occurred_at, so (org, id) determines the time too (domain.md, Identity).
 */

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
export const MAX_EVENT_ID_MS = 2 ** 48 - 1;

/**
 * @param occurredAtMs epoch milliseconds, 0 to 2^48 - 1
 * @param random at least 10 bytes, from the caller: deterministic for a replay, otherwise unpredictable
 * @throws RangeError if either is out of range
 */
export function mintEventId(occurredAtMs: number, random: Uint8Array): string {
  if (!Number.isInteger(occurredAtMs) || occurredAtMs < 0 || occurredAtMs > MAX_EVENT_ID_MS) {
    throw new RangeError(`occurred_at ${occurredAtMs} does not fit the 48 bits of a UUIDv7`);
  }
  if (random.length < 10) throw new RangeError(`a UUIDv7 needs 10 random bytes, ${random.length} given`);
  const bytes = Buffer.allocUnsafe(16);
  bytes.writeUIntBE(occurredAtMs, 0, 6);
  bytes.set(random.subarray(0, 10), 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  lastText = formatEventId(bytes);
  lastId = bytes;
  return lastText;
}

/** An event's id is minted or parsed, validated and encoded in turn: its bytes need be found only once. */
let lastText: string | undefined;
let lastId: Buffer | undefined;

/** 16 bytes in network order as lower-case 8-4-4-4-12. */
export function formatEventId(bytes: Buffer): string {
  const hex = bytes.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The 16 bytes of a UUID's text form, not to be changed, or undefined if the text is not a lower-case UUIDv7. */
export function parseEventId(text: string): Buffer | undefined {
  if (text !== lastText) {
    lastId = UUID_V7.test(text) ? Buffer.from(text.replaceAll('-', ''), 'hex') : undefined;
    lastText = text;
  }
  return lastId;
}

/** The epoch milliseconds in an id's first 48 bits. */
export function eventIdMs(id: Buffer): number {
  return id.readUIntBE(0, 6);
}
