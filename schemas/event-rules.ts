import { MINUTE_MS, DAY_MS } from './time-units.ts';
/**
 * Which events count (domain.md): the limits and the reasons' names. The publishing SDK refuses by them,
 * the consumer quarantines by them.
 */

export const MAX_CREDITS = 1_000_000;
export const MAX_NAME_BYTES = 128;
export const MAX_ENDPOINT_BYTES = 2_048;
export const REJECTED_STATUS = 429;

const CONTROL = /\p{Cc}/u;

/** What may name an org, a user, an app or a product: not empty, at most 128 bytes, no control characters. */
export function isName(text: string): boolean {
  return text !== '' && !isLonger(text, MAX_NAME_BYTES) && !CONTROL.test(text);
}

/** UTF-8 needs at most 3 bytes for each UTF-16 unit, so most texts need no measuring. */
export function isLonger(text: string, maxBytes: number): boolean {
  return text.length * 3 > maxBytes && Buffer.byteLength(text, 'utf8') > maxBytes;
}

/** How far occurred_at may lie after the record's append time. */
export const FUTURE_LIMIT_MS = 5 * MINUTE_MS;
/** How far occurred_at may lie before the record's append time; a backfill is a run with a larger limit. */
export const LATENESS_LIMIT_MS = 35 * DAY_MS;

/** D: how long raw events are kept. Beyond it a day is frozen, and an event for it comes too late for ever. */
export const RETENTION_DAYS = 400;

/** What retention has left of the raw events, in epoch milliseconds and milliseconds. */
export interface KeptEvents {
  /** How long the table keeps them, by its own TTL; Infinity where it drops none. */
  readonly retentionMs: number;
  /** Until when they may have been dropped under an earlier, shorter retention; -Infinity where that cannot be. */
  readonly droppedBeforeMs: number;
}

/**
 * From when on raw events are whole, seen from an instant. Whatever lies before is frozen: it cannot be counted again,
 * and another event there would be counted alone.
 */
export function wholeFrom({ retentionMs, droppedBeforeMs }: KeptEvents, instant: number): number {
  return Math.max(droppedBeforeMs, instant - retentionMs);
}

/** The names that must be there, short and printable, in the order in which they are checked. */
export const NAME_FIELDS = ['org_id', 'product', 'user_id', 'app_id'] as const;

export const REASONS = {
  'not-an-event': 'the bytes are no Avro single-object encoded event',
  'unknown-schema': 'no schema with the fingerprint in the header was ever published',
  'incompatible-schema': 'the writer schema cannot be read as a call event',
  'event-id': 'event_id is no UUIDv7',
  'event-id-time': 'the time in event_id is not occurred_at',
  'org-id': 'org_id is empty, over 128 bytes or has control characters',
  product: 'product is empty, over 128 bytes or has control characters',
  'user-id': 'user_id is empty, over 128 bytes or has control characters',
  'app-id': 'app_id is empty, over 128 bytes or has control characters',
  endpoint: 'endpoint is over 2,048 bytes',
  credits: 'credits are not between 0 and 1,000,000',
  'rejected-with-credits': 'a call with status 429 must cost 0 credits',
  'future-dated': 'occurred_at lies too far after the time at which Kafka appended the record',
  expired: 'occurred_at lies before what retention keeps: its day is frozen',
  'too-late': 'occurred_at lies too far before the time at which Kafka appended the record',
} as const;
export type Reason = keyof typeof REASONS;

/** A verdict on a record that may not count: why, and the figures at fault. */
export interface Rejection {
  readonly reason: Reason;
  readonly detail: string;
}
