import { SINGLE_OBJECT_HEADER_BYTES } from '../../schemas/avro.ts';
import { AvroReader } from './avro-reader.ts';
import { isCurrentSchema } from './transcode.ts';

const MAX_ORG_ID_BYTES = 128;

/** The key of a record as text: its org id, cut to 128 bytes. */
export function keyText(key: Buffer | null): string {
  return key?.toString('utf8', 0, Math.min(key.length, MAX_ORG_ID_BYTES)) ?? '';
}

/**
 * The org under which a dead letter is shown: the event's if its bytes can be read that far, else the record's key,
 * which is the org id too. Cut to 128 bytes; the dead-letter topic has all bytes.
 */
export function orgIdOf(key: Buffer | null, message: Buffer | null): string {
  const reader = new AvroReader();
  if (message && isCurrentSchema(message)) {
    reader.start(message, SINGLE_OBJECT_HEADER_BYTES);
    reader.fixed('event_id', 16);
    reader.long('occurred_at');
    const size = reader.length('org_id');
    if (size > 0) return keyText(message.subarray(reader.position, reader.position + size));
  }
  return keyText(key);
}
