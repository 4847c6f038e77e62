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
  minted.writeUIntBE(occurredAtMs, 0, 6);
  for (let at = 0; at < 10; at += 1) minted[6 + at] = random[at] ?? 0;
  minted[6] = ((minted[6] ?? 0) & 0x0f) | 0x70;
  minted[8] = ((minted[8] ?? 0) & 0x3f) | 0x80;
  lastText = formatEventId(minted);
  lastId = minted;
  return lastText;
}

/** An event's id is minted or parsed, validated and encoded in turn: its bytes need be found only once. */
let lastText: string | undefined;
let lastId: Buffer | undefined;
/** Of the last minted id. A Buffer for each would be most of the garbage of a busy publisher. */
const minted = Buffer.alloc(16);

const HEX_DIGITS = Buffer.from('0123456789abcdef');
const DASH = 0x2d;
/** Where the digits of each byte are in the text 8-4-4-4-12. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;
const text = Buffer.alloc(36, DASH);

/**
 * 16 bytes in network order as lower-case 8-4-4-4-12. As one flat string: texts that are put together from parts keep
 * the parts, and an event's id is kept until Kafka has the event.
 */
export function formatEventId(bytes: Buffer): string {
  for (let index = 0; index < PLACES.length; index += 1) {
    const byte = bytes[index] ?? 0;
    const place = PLACES[index] ?? 0;
    text[place] = HEX_DIGITS[byte >> 4] ?? 0;
    text[place + 1] = HEX_DIGITS[byte & 15] ?? 0;
  }
  return text.toString('latin1');
}

/**
 * The 16 bytes of a UUID's text form, or undefined if the text is not a lower-case UUIDv7. Not to be changed, and not to
 * be kept until another id is minted.
 */
export function parseEventId(id: string): Buffer | undefined {
  if (id !== lastText) {
    lastId = UUID_V7.test(id) ? Buffer.from(id.replaceAll('-', ''), 'hex') : undefined;
    lastText = id;
  }
  return lastId;
}

/** The epoch milliseconds in an id's first 48 bits. */
export function eventIdMs(id: Buffer): number {
  return id.readUIntBE(0, 6);
}
