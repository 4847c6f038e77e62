import avro from 'avsc';
import { projectFile } from '../../schemas/root.ts';
import type { NativeRow } from '../store/decode/native-reader.ts';

/**
 * The expected result for a message, computed the slow and obvious way: avsc reads it into an object, and plain
 * conditions validate it. Shares no code with consumers/.
 */

const long = avro.types.LongType['__with']({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: Number,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: () => 0,
});
const schema: avro.Schema = JSON.parse(projectFile('schemas', 'call-event.avsc'));
const type = avro.Type.forSchema(schema, {
  typeHook: (part) => (part === 'long' || Object(part).type === 'long' ? long : undefined),
});

export interface DecodedEvent {
  event_id: Buffer;
  occurred_at: bigint;
  org_id: string;
  product: string;
  user_id: string;
  app_id: string;
  method: string;
  endpoint: string;
  module: string;
  status: number;
  credits: number;
  rule: string;
  units: bigint;
  rejection_cause: string;
  source_address: string;
  duration_ms: number | null;
}

/** As bytes without a header; every field may have any value of its type. */
export function encodeDecoded(event: DecodedEvent): Buffer {
  return type.toBuffer(event);
}

/** avsc's reading of the bytes after the header; throws if it cannot read them. */
export function decode(message: Buffer): DecodedEvent {
  const event: DecodedEvent = type.fromBuffer(message.subarray(10));
  return event;
}

/** Why domain.md rejects an event, in the order of schemas/event-rules.ts; undefined if it is valid. */
export function reasonOf(event: DecodedEvent, appendedAtMs: number): string | undefined {
  const hex = event.event_id.toString('hex');
  if (!/^.{12}7.{3}[89ab]/.test(hex)) return 'event-id';
  if (BigInt(`0x${hex.slice(0, 12)}`) !== event.occurred_at) return 'event-id-time';
  for (const field of ['org_id', 'product', 'user_id', 'app_id'] as const) {
    const size = new TextEncoder().encode(event[field]).length;
    if (size === 0 || size > 128 || /\p{Cc}/u.test(event[field])) return field.replace('_', '-');
  }
  if (new TextEncoder().encode(event.endpoint).length > 2048) return 'endpoint';
  if (event.credits < 0 || event.credits > 1_000_000) return 'credits';
  if (event.status === 429 && event.credits > 0) return 'rejected-with-credits';
  if (event.occurred_at > BigInt(appendedAtMs + 300_000)) return 'future-dated';
  if (event.occurred_at < BigInt(appendedAtMs - 34_560_000_000)) return 'expired';
  if (event.occurred_at < BigInt(appendedAtMs - 3_024_000_000)) return 'too-late';
  return undefined;
}

/** The row of call_events for an event. */
export function rowOf(
  event: DecodedEvent,
  partition: number,
  offset: number,
  appendedAtMs: number,
): NativeRow {
  const hex = event.event_id.toString('hex');
  return {
    ...event,
    event_id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
    kafka_partition: partition,
    kafka_offset: BigInt(offset),
    appended_at: BigInt(appendedAtMs),
  };
}
