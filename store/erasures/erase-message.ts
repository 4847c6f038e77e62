import type { ReadableFields } from '../decode/readable-fields.ts';
import type { ErasedUsers } from './erased-users.ts';

/** The fields that hold personal data. */
const PERSONAL = new Set(['user_id', 'source_address']);

/** Who called, as far as a message can be read. */
export interface Caller {
  readonly orgId: string;
  readonly userId: string;
  /** Epoch milliseconds. */
  readonly occurredAt: number;
}

/** @returns undefined where it cannot be read as far as the user id */
export function callerOf({ fields }: ReadableFields): Caller | undefined {
  const valueOf = (wanted: string): unknown => fields.find(({ name }) => name === wanted)?.value;
  const [orgId, userId, occurredAt] = [valueOf('org_id'), valueOf('user_id'), valueOf('occurred_at')];
  if (typeof userId !== 'string') return undefined;
  return {
    orgId: typeof orgId === 'string' ? orgId : '',
    userId,
    occurredAt: typeof occurredAt === 'number' ? occurredAt : -Infinity,
  };
}

/** The message with the pseudonym as user id and as source address, where it has one; the rest stays as it is. */
export function eraseMessage(message: Buffer, { fields }: ReadableFields, pseudonym: string): Buffer {
  const pieces: Buffer[] = [];
  let keptFrom = 0;
  for (const { name, value, end } of fields) {
    if (!PERSONAL.has(name) || typeof value !== 'string' || value === '') continue;
    const text = avroString(value);
    pieces.push(message.subarray(keptFrom, end - text.length), avroString(pseudonym));
    keptFrom = end;
  }
  return Buffer.concat([...pieces, message.subarray(keptFrom)]);
}

/** A dead letter before it is kept. */
interface RejectedMessage {
  readonly value: Buffer;
  readonly orgId: string;
  readonly appendedAtMs: number;
}

/**
 * The bytes with which a dead letter of an erased person is kept. When Kafka appended it decides as well as when the
 * call occurred: the time of a call that does not count may lie anywhere.
 */
export function eraseRejected(
  { value, orgId, appendedAtMs }: RejectedMessage,
  read: ReadableFields,
  erased: ErasedUsers,
): Buffer {
  const caller = callerOf(read);
  if (!caller) {
    return eraseUnreadable(value, (text) => erased.pseudonymOf(orgId, text, appendedAtMs)) ?? value;
  }
  const at = Math.min(caller.occurredAt, appendedAtMs);
  const pseudonym = erased.pseudonymOf(caller.orgId, Buffer.from(caller.userId), at);
  return pseudonym === undefined ? value : eraseMessage(value, read, pseudonym);
}

/** Shorter ids are found by chance in any bytes. */
export const MIN_SEARCHED_BYTES = 4;
const MAX_NAME_BYTES = 128;

/**
 * Searches a message that cannot be read for texts as Avro writes them.
 * @param pseudonymFor a text that is the id of an erased person
 * @returns the message with pseudonyms in their place; undefined where there is none
 */
export function eraseUnreadable(
  message: Buffer,
  pseudonymFor: (text: Buffer) => string | undefined,
): Buffer | undefined {
  const pieces: Buffer[] = [];
  let keptFrom = 0;
  for (let at = 0; at < message.length; at += 1) {
    const first = message[at] ?? 0;
    const second = message[at + 1] ?? 0;
    const start = first < 0x80 ? at + 1 : at + 2;
    const zigzag = first < 0x80 ? first : (first & 0x7f) | (second << 7);
    const size = zigzag / 2;
    if (!Number.isInteger(size) || size < MIN_SEARCHED_BYTES || size > MAX_NAME_BYTES) continue;
    if (start + size > message.length) continue;
    const pseudonym = pseudonymFor(message.subarray(start, start + size));
    if (pseudonym === undefined) continue;
    pieces.push(message.subarray(keptFrom, at), avroString(pseudonym));
    keptFrom = start + size;
    at = keptFrom - 1;
  }
  return keptFrom === 0 ? undefined : Buffer.concat([...pieces, message.subarray(keptFrom)]);
}

/** A text in Avro's binary encoding: its length, zigzag and in groups of 7 bits, then its bytes. */
function avroString(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length: number[] = [];
  let rest = bytes.length * 2;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) length.push((rest % 0x80) + 0x80);
  return Buffer.concat([Buffer.from([...length, rest]), bytes]);
}
